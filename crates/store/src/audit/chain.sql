-- The whole chain, link after link, each with its entry if it has one. Grain: link.
select l.seq, l.hash, l.linked_at, l.entry_id, e.at, e.account_id, e.account_name, e.office_id, e.action,
    e.subject_kind, e.subject_id, e.division, e.detail, e.request, e.address
from audit_link l
left join audit_entry e on e.id = l.entry_id
order by l.seq
