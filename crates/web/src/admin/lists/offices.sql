-- Offices for the list of 管理. Grain: one row an office. Scope: agency, division.
select
    office.id as id,
    office.name as name,
    agency.kind as agency,
    agency.short_name as agency_name,
    office.division as division,
    division.name as division_name,
    division.level as level,
    (
        select count(*)
        from person_account as account
        where account.office_id = office.id and account.disabled_at is null
    ) as people,
    case when office.closed_at is null then 'open' else 'closed' end as state
from office
join agency on agency.id = office.agency_id
join division on division.code = office.division
