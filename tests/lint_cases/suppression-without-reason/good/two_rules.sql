-- several rules, one reason
-- rempart: allow psql-command, syntax-error: the script is for psql alone
alter schema :name ownr to app_owner;
