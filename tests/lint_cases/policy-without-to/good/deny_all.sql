-- not found: a policy that is never true gives nobody anything
create policy "No access" on public.internal_jobs for all using (false) with check (false);
