-- Links there are.
select count(*) from audit_link
