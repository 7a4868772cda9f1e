-- a plain group of users
create role comptables nologin;
grant comptables to authenticated;
