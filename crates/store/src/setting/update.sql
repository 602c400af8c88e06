-- Changes a setting. In: name, value, now, who, the version that was seen.
update setting set value = $2, changed_at = $3, changed_by = $4, version = version + 1
where name = $1 and version = $5
