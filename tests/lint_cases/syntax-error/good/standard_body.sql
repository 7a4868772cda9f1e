-- a body in SQL itself
create function app.deux(p integer) returns integer language sql set search_path = ''
begin atomic
    select case when p > 1 then 1 else 0 end;
    select p * 2;
end;
create function app.trois() returns integer language sql set search_path = '' return 3;
create schema autre;
