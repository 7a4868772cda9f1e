-- closing what is built in
alter default privileges revoke execute on functions from public;
