-- The newest link. Grain: at most one row.
select seq, hash, linked_at from audit_link order by seq desc limit 1
