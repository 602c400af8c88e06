-- Does anything wait for the chain?
select exists (select 1 from audit_waiting)
