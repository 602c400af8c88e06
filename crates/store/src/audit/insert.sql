-- One entry of the audit log. In: its twelve columns.
insert into audit_entry (id, at, account_id, account_name, office_id, action, subject_kind, subject_id, division,
    detail, request, address)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
