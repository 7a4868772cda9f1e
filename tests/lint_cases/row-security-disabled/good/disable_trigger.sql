-- not found: another DISABLE
alter table public.depots disable trigger trg_depots_created_at;
