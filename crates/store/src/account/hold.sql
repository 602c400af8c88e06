-- Takes hold of the row until the transaction ends (PostgreSQL locks it, SQLite has one writer) and reads what
-- decides a sign-in. $1 id.
update person_account set failures = failures where id = $1
returning failures, locked_until, disabled_at, password_hash, totp_sealed
