-- The WITH query itself reads a table without a schema.
create function prive.mark() returns void language sql security definer set search_path = '' as $$
    with old as (select id from notes) update public.marks set seen = true from old where old.id = marks.id
$$;
