-- What comes first stays first: names of scripts mean what they did.
-- upgrade 0001
alter database postgres set search_path to "$user", public, extensions;
-- upgrade 0002
create table notes (id int);
alter table notes enable row level security;
create policy notes_read on notes for select to authenticated using (id > 0);
