-- Schedules whose time has come. In: now. Grain: schedule.
select name, kind, every_seconds, next_at, is_paused from schedule where next_at <= $1 and not is_paused order by name
