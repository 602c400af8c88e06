-- A new office. Gives its number.
insert into office (agency_id, division, name) values ($1, $2, $3) returning id
