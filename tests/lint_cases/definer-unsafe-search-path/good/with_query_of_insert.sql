-- The name without a schema is a WITH query, of an INSERT and of an UPDATE.
create function prive.archive() returns void language plpgsql security definer set search_path = '' as $$
begin
    with moved as (delete from public.notes returning *) insert into prive.archive select * from moved;
    with old as (select id from public.notes) update public.marks set seen = true from old where old.id = marks.id;
end
$$;
