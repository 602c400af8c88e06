-- Answers from before an instant are no longer kept. $1 instant.
delete from api_answer where created_at < $1
