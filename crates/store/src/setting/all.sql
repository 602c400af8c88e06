-- All settings that were changed on a page. Grain: setting.
select name, value, changed_at, changed_by, version from setting order by name
