-- All recovery codes of an account go. $1 account.
delete from recovery_code where account_id = $1
