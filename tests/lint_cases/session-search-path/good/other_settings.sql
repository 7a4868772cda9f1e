-- No search path at all.
alter role authenticator set statement_timeout = '8s';
alter role authenticated reset all;
alter database postgres set timezone to 'utc';
