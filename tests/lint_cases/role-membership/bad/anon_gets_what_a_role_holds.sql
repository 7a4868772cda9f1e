-- The role was given its privileges before anon became its member.
create role web;
grant select on public.notes to web;
grant web to anon;
