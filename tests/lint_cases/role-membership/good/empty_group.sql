-- The group has nothing and gets nothing.
create role visitors;
grant visitors to anon;
