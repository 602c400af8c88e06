-- A person takes up a post. Gives the number of the holding.
insert into duty_holder (post_id, account_id, stands_in_for, since_day, until_day)
values ($1, $2, $3, $4, $5)
returning id
