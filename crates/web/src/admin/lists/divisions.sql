-- Divisions for the list of 管理. Grain: one row a division. Scope: division.
select
    division.code as code,
    division.code as division,
    division.name as name,
    division.level as level,
    above.name as parent_name,
    (select count(*) from office where office.division = division.code and office.closed_at is null) as offices
from division
left join division as above on above.code = division.parent
