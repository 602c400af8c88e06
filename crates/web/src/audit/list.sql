-- Audit entries with the agency and name of the office of whoever did it, for the list and the API.
-- One row an entry.
select e.id, e.at, e.account_id, e.account_name, e.office_id, o.name as office_name, g.kind as agency, e.action,
    e.subject_kind, e.subject_id, e.division, e.detail, e.request, e.address, l.seq
from audit_entry e
left join office o on o.id = e.office_id
left join agency g on g.id = o.agency_id
left join audit_link l on l.entry_id = e.id
