-- the policy is created by a DO block
-- upgrade 0001
create table app.notes (id int primary key, nom text);
alter table app.notes enable row level security;
-- upgrade 0002
do $$
begin
    create policy notes_read on app.notes for select to authenticated using (id > 0);
end $$;
