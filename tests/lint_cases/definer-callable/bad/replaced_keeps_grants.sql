-- CREATE OR REPLACE keeps privileges
create function public.cloturer() returns void language sql set search_path = '' as 'delete from public.brouillons';
create or replace function public.cloturer() returns void language sql security definer set search_path = ''
as 'delete from public.brouillons';
