-- A new post. Gives its number.
insert into duty_post (office_id, task) values ($1, $2) returning id
