-- What only SQLite understands: the audit log takes no change but a new row.
create trigger audit_entry_keeps before update on audit_entry
begin
    select raise(abort, 'audit_entry is append-only');
end;
create trigger audit_entry_stays before delete on audit_entry
begin
    select raise(abort, 'audit_entry is append-only');
end;
create trigger audit_link_keeps before update on audit_link
begin
    select raise(abort, 'audit_link is append-only');
end;
create trigger audit_link_stays before delete on audit_link
begin
    select raise(abort, 'audit_link is append-only');
end;
-- `insert or replace` would delete without a delete trigger.
create trigger audit_entry_once before insert on audit_entry
when exists (select 1 from audit_entry where id = new.id)
begin
    select raise(abort, 'audit_entry is append-only');
end;
create trigger audit_link_once before insert on audit_link
when exists (select 1 from audit_link where seq = new.seq or entry_id = new.entry_id)
begin
    select raise(abort, 'audit_link is append-only');
end;
