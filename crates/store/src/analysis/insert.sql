-- A new analysis as a draft. One row; gives its number.
insert into analysis (
    name, case_no, is_public, basis, purpose, approver, retain_until,
    policy, state, account_id, office_id, division, created_at
)
values ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10, $11, $12)
returning id
