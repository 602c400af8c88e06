-- The right to chain until the transaction ends; false while another server has it. 77733 is ours alone.
select pg_try_advisory_xact_lock(77733)
