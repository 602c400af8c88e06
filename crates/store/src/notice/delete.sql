-- A person throws a notice away. In: id, account.
delete from notice where id = $1 and account_id = $2
