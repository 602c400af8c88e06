-- Ends a person's sessions but one. In: account, token hash to be kept or null.
delete from session where account_id = $1 and ($2 is null or token_hash <> $2)
