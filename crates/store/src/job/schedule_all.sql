-- All schedules. Grain: schedule.
select name, kind, every_seconds, next_at, is_paused from schedule order by name
