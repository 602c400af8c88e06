-- The ground of the platform: offices and people, sessions, audit, jobs, lists, analyses.
-- One text for both databases. `key` after a column stands for a whole number that the database gives out
-- (see migrate.rs). Instants are microseconds since 1970 in UTC, days are texts like 2026-06-30, truth is
-- boolean, structures are JSON in text. Every table that people change carries `version` (optimistic locking).

-- Administrative divisions by GB/T 2260 code: city 5201, district 520102, street 520102001, community 520102001001.
create table division (
    code text primary key,
    parent text references division (code),
    level text not null check (level in ('city', 'district', 'street', 'community')),
    name text not null,
    version bigint not null default 1
);
create index division_parent on division (parent);

-- Agencies: market regulation, police, ... `kind` is a word of data/policy/agency.yaml.
create table agency (
    id key,
    kind text not null unique,
    name text not null,
    short_name text not null,
    version bigint not null default 1
);

-- An agency's office for one division.
create table office (
    id key,
    agency_id bigint not null references agency (id),
    division text not null references division (code),
    name text not null,
    closed_at bigint,
    version bigint not null default 1,
    unique (agency_id, division)
);
create index office_division on office (division);

-- People who sign in. `login` is stored folded. Secrets are sealed with the key file, never plain.
create table person_account (
    id key,
    login text not null unique,
    name text not null,
    office_id bigint not null references office (id),
    telephone text,
    language text not null default 'zh-CN',
    theme text not null default 'auto',
    password_hash text,
    password_changed_at bigint,
    must_change_password boolean not null default true,
    totp_sealed text,
    totp_last_step bigint,
    totp_since bigint,
    directory_subject text unique,
    failures bigint not null default 0,
    locked_until bigint,
    disabled_at bigint,
    disabled_reason text,
    created_at bigint not null,
    version bigint not null default 1
);
create index person_account_office on person_account (office_id);

create table recovery_code (
    id key,
    account_id bigint not null references person_account (id),
    code_hash text not null,
    used_at bigint
);
create index recovery_code_account on recovery_code (account_id);

-- A role held in an office for a time. The holder's rights reach as far as the office's division.
create table role_grant (
    id key,
    account_id bigint not null references person_account (id),
    role text not null,
    office_id bigint not null references office (id),
    since_day text not null,
    until_day text,
    granted_by bigint references person_account (id),
    granted_at bigint not null,
    revoked_by bigint references person_account (id),
    revoked_at bigint,
    version bigint not null default 1
);
create index role_grant_account on role_grant (account_id);
create index role_grant_office on role_grant (office_id);

-- Duty lists (责任清单): who answers for what in an office. A post without a holder is a fault that is shown.
create table duty_post (
    id key,
    office_id bigint not null references office (id),
    task text not null,
    closed_at bigint,
    version bigint not null default 1
);
create index duty_post_office on duty_post (office_id);
create table duty_holder (
    id key,
    post_id bigint not null references duty_post (id),
    account_id bigint not null references person_account (id),
    stands_in_for bigint references person_account (id),
    since_day text not null,
    until_day text,
    version bigint not null default 1
);
create index duty_holder_post on duty_holder (post_id);
create index duty_holder_account on duty_holder (account_id);

-- Sessions: `token_hash` is SHA-256 of the cookie's value.
create table session (
    token_hash text primary key,
    account_id bigint references person_account (id),
    data text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    address text,
    agent text
);
create index session_account on session (account_id);
create index session_expires on session (expires_at);

create table api_token (
    id key,
    account_id bigint not null references person_account (id),
    name text not null,
    token_hash text not null unique,
    scopes text not null,
    created_at bigint not null,
    expires_at bigint not null,
    last_used_at bigint,
    revoked_at bigint
);
create index api_token_account on api_token (account_id);

-- Answers to writes of the API by idempotency key, so that a repeated write is answered and not done again.
create table api_answer (
    account_id bigint not null references person_account (id),
    idempotency_key text not null,
    request_hash text not null,
    status bigint,
    body text,
    created_at bigint not null,
    primary key (account_id, idempotency_key)
);

-- What was done, written in the transaction that does it. Nothing updates or deletes here.
create table audit_entry (
    id text primary key,
    at bigint not null,
    account_id bigint,
    account_name text not null,
    office_id bigint,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    division text,
    detail text not null,
    request text not null,
    address text
);
create index audit_entry_at on audit_entry (at, id);
create index audit_entry_subject on audit_entry (subject_kind, subject_id, at);
create index audit_entry_account on audit_entry (account_id, at);

-- The chain over the entries, appended by one linker in batches: hash = SHA-256(previous hash, entry).
create table audit_link (
    seq bigint primary key,
    entry_id text not null unique references audit_entry (id),
    hash text not null,
    linked_at bigint not null
);

-- Entries that the linker has not chained yet: put in with the entry, taken out with its link.
create table audit_waiting (
    entry_id text primary key references audit_entry (id)
);

-- Background work. A job is claimed by a worker, keeps a heartbeat, and is taken up again when that stops.
create table job (
    id key,
    kind text not null,
    title text not null,
    input text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    idempotency_key text unique,
    account_id bigint references person_account (id),
    office_id bigint references office (id),
    division text,
    subject_kind text,
    subject_id text,
    done_steps bigint not null default 0,
    all_steps bigint,
    message text not null default '',
    result text,
    error text,
    attempts bigint not null default 0,
    attempts_max bigint not null default 3,
    takeovers bigint not null default 0,
    not_before bigint not null,
    worker text,
    heartbeat_at bigint,
    cancel_requested_at bigint,
    cancel_requested_by bigint references person_account (id),
    created_at bigint not null,
    started_at bigint,
    finished_at bigint
);
create index job_waiting on job (state, not_before, id);
create index job_created on job (created_at, id);
create index job_account on job (account_id, created_at);
create index job_subject on job (subject_kind, subject_id);

-- Work that comes round: the next time it is due; a run inserts a job keyed by name and time, so it runs once.
create table schedule (
    name text primary key,
    kind text not null,
    every_seconds bigint not null,
    next_at bigint not null,
    is_paused boolean not null default false
);

create table saved_search (
    id key,
    account_id bigint not null references person_account (id),
    office_id bigint,
    list text not null,
    name text not null,
    query text not null,
    is_shared boolean not null default false,
    created_at bigint not null,
    version bigint not null default 1
);
create index saved_search_list on saved_search (list, account_id);

create table notice (
    id key,
    account_id bigint not null references person_account (id),
    text_key text not null,
    arguments text not null,
    href text not null,
    due_day text,
    created_at bigint not null,
    read_at bigint
);
create index notice_account on notice (account_id, read_at, created_at);

-- Changes that can be taken back: what a row was before and after. Values of case data never stand here.
create table change_event (
    id key,
    subject_kind text not null,
    subject_id text not null,
    action text not null,
    before_value text,
    after_value text,
    account_id bigint references person_account (id),
    at bigint not null,
    undone_by bigint references change_event (id),
    undoes bigint references change_event (id)
);
create index change_event_subject on change_event (subject_kind, subject_id, at);

create table setting (
    name text primary key,
    value text not null,
    changed_at bigint not null,
    changed_by bigint references person_account (id),
    version bigint not null default 1
);

-- A network analysis: until cases exist, its own sandbox case with basis, purpose, approver and term.
-- `run` counts the runs; `failure` is what the last one said, as JSON {code, message}. A deletion by a user
-- (`deleted_at`) can be taken back until the sweep destroys the files; a hold keeps the sweep off.
create table analysis (
    id key,
    name text not null,
    case_no text,
    is_public boolean not null default false,
    basis text,
    purpose text,
    approver text,
    retain_until text,
    policy text not null,
    as_of text,
    subjects text not null default '[]',
    mapping text,
    state text not null check (state in ('draft', 'waiting', 'running', 'done', 'failed', 'cancelled', 'destroyed')),
    run bigint not null default 0,
    failure text,
    job_id bigint references job (id),
    account_id bigint not null references person_account (id),
    office_id bigint not null references office (id),
    division text not null,
    accounts bigint,
    persons bigint,
    levels bigint,
    paid_in_fen bigint,
    hold_reason text,
    hold_by bigint references person_account (id),
    hold_at bigint,
    created_at bigint not null,
    finished_at bigint,
    deleted_at bigint,
    deleted_by bigint references person_account (id),
    destroyed_at bigint,
    destroyed_why text,
    version bigint not null default 1
);
create index analysis_office on analysis (office_id, created_at);
create index analysis_division on analysis (division, created_at);

create table analysis_file (
    id key,
    analysis_id bigint not null references analysis (id),
    table_name text not null check (table_name in ('members', 'ledger')),
    name text not null,
    bytes bigint not null,
    sha256 text not null,
    stored_name text not null,
    received_at bigint not null,
    account_id bigint not null references person_account (id)
);
create index analysis_file_analysis on analysis_file (analysis_id);

-- One field of one person shown in clear, for a reason and a while.
create table unmasking (
    id key,
    analysis_id bigint not null references analysis (id),
    person bigint not null,
    field text not null,
    reason text not null,
    account_id bigint not null references person_account (id),
    at bigint not null,
    expires_at bigint not null
);
create index unmasking_analysis on unmasking (analysis_id, account_id, expires_at);

-- A question to an analysis that takes a count of its own: an explanation of a figure, a comparison of policies.
-- `question` is JSON; the answer is a file beside the results, named by the id.
create table analysis_question (
    id key,
    analysis_id bigint not null references analysis (id),
    run bigint not null,
    kind text not null check (kind in ('explanation', 'comparison')),
    question text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    failure text,
    job_id bigint references job (id),
    account_id bigint not null references person_account (id),
    asked_at bigint not null,
    answered_at bigint,
    unique (analysis_id, run, kind, question)
);
