-- The files are gone: what may name a person goes from the row too, the figures of the whole stay.
update analysis
set
    state = 'destroyed', destroyed_at = $2, destroyed_why = $3, subjects = '[]', mapping = null, failure = null,
    version = version + 1
where id = $1 and state <> 'destroyed'
