-- Network analyses that were not thrown away. Grain: one row an analysis. Scope: agency, division, owner.
select
    analysis.id as id,
    analysis.name as name,
    analysis.case_no as case_no,
    analysis.state as state,
    analysis.account_id as owner,
    person.name as account_name,
    office.name as office_name,
    agency.kind as agency,
    analysis.division as division,
    analysis.persons as persons,
    analysis.levels as levels,
    analysis.paid_in_fen as paid_in_fen,
    analysis.retain_until as retain_until,
    analysis.created_at as created_at,
    analysis.finished_at as finished_at
from analysis
inner join person_account as person on person.id = analysis.account_id
inner join office on office.id = analysis.office_id
inner join agency on agency.id = office.agency_id
where analysis.deleted_at is null
