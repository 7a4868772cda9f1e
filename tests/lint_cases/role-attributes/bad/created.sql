-- from the start
create role anon nologin bypassrls;
