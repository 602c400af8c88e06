-- Background jobs for the list of jobs. Grain: one row a job. Scope: agency, division, owner.
select
    job.id as id,
    job.title as title,
    job.kind as kind,
    job.state as state,
    job.account_id as owner,
    person.name as account_name,
    office.name as office_name,
    agency.kind as agency,
    job.division as division,
    job.done_steps as done_steps,
    job.all_steps as all_steps,
    job.message as message,
    job.error as error,
    job.created_at as created_at,
    job.started_at as started_at,
    job.finished_at as finished_at
from job
left join person_account as person on person.id = job.account_id
left join office on office.id = job.office_id
left join agency on agency.id = office.agency_id
