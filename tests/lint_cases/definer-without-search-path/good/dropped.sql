-- gone at the end
create function app.compter() returns bigint language sql security definer as 'select count(*) from public.depots';
drop function app.compter();
