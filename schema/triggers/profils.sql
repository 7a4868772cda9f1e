create trigger trg_profils_guard_own
    before update on public.profils
    for each row
    when (row_security_active('public.profils'))
    execute function app.guard_own_profil();

create trigger trg_profils_stamp
    before insert or update on public.profils
    for each row execute function app.stamp_created_at();
