-- Of the table only a grant was seen.
-- also: grant-to-public
grant select on public.notes to public;
revoke all on all tables in schema public from anon;
