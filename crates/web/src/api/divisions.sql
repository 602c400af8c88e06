-- Divisions. One row a division.
select d.code, d.parent, d.level, d.name from division d
