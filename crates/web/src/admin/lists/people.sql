-- People for the list of 管理. Grain: one row an account. Scope: agency, division, owner. `role` is the first of the
-- roles that are not taken back.
select
    account.id as id,
    account.id as owner,
    account.login as login,
    account.name as name,
    office.name as office_name,
    agency.kind as agency,
    office.division as division,
    division.name as division_name,
    (
        select min(held.role)
        from role_grant as held
        where held.account_id = account.id and held.revoked_at is null
    ) as role,
    case when account.disabled_at is null then 'in_use' else 'disabled' end as state,
    account.totp_since as totp_since,
    account.created_at as created_at
from person_account as account
join office on office.id = account.office_id
join agency on agency.id = office.agency_id
join division on division.code = office.division
