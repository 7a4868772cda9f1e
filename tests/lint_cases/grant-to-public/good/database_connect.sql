-- CONNECT opens no object
grant connect on database depot to public;
