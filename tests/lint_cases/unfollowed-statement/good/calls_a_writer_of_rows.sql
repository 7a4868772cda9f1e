-- rows are no structure
create procedure app.vider() language sql set search_path = '' as 'delete from app.brouillons where true';
call app.vider();
