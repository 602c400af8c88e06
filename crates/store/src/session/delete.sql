-- Ends a session. In: token hash.
delete from session where token_hash = $1
