-- The right to chain until the transaction ends; false while another server has it. 77733 is ours alone. The queue
-- fills and empties faster than the planner's statistics: in this transaction it is to walk along the indexes, as
-- the queue is always small beside the log.
select pg_try_advisory_xact_lock(77733)
from (
    select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
        set_config('enable_seqscan', 'off', true)
    offset 0
) as walk
