-- Agencies. One row an agency; `agency` is the word the policies know.
select g.id, g.kind as agency, g.name, g.short_name from agency g
