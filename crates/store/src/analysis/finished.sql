-- The run has ended: done with its main figures, failed with what it said, or cancelled.
update analysis
set
    state = $3, failure = $4, accounts = $5, persons = $6, levels = $7, paid_in_fen = $8,
    finished_at = $9, version = version + 1
where id = $1 and run = $2 and state in ('waiting', 'running')
