-- The role that runs the revisions may be this one.
-- also: policy-lock
-- upgrade 0001
create table prive.notes (id int);
alter table prive.notes enable row level security;
alter role depot_owner in database postgres set search_path = prive;
-- upgrade 0002
create policy notes_read on notes for select to authenticated using (id > 0);
