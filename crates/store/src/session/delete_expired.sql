-- Removes sessions that hold no longer. In: now.
delete from session where expires_at <= $1
