-- What only PostgreSQL understands: the audit log takes no change but a new row.
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name;
end
$$;
create trigger audit_entry_keeps before update or delete on audit_entry
    for each row execute function audit_is_append_only();
create trigger audit_entry_stays before truncate on audit_entry
    for each statement execute function audit_is_append_only();
create trigger audit_link_keeps before update or delete on audit_link
    for each row execute function audit_is_append_only();
create trigger audit_link_stays before truncate on audit_link
    for each statement execute function audit_is_append_only();
-- The queue of the linker fills and empties all day: dead rows are to go soon.
alter table audit_waiting set (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0);
