-- not found: profils is a WITH query here
create policy profils_read on public.profils for select to authenticated using (
  user_id in (with profils as (select a.user_id from public.accounts a) select profils.user_id from profils)
);
