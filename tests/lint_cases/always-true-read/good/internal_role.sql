-- not found: no request runs as that role
create role reporting nologin;
create policy reporting_reads_all on public.stocks for select to reporting using (true);
