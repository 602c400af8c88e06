-- A question; the same question to the same run is one row.
insert into analysis_question (analysis_id, run, kind, question, state, account_id, asked_at)
values ($1, $2, $3, $4, 'waiting', $5, $6)
on conflict (analysis_id, run, kind, question) do update set
    state = case when analysis_question.state in ('failed', 'cancelled') then 'waiting' else analysis_question.state end,
    failure = null
returning id, state
