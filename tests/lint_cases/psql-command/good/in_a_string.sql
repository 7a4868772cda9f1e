-- backslashes and colons in strings are text
create schema app;
comment on schema app is 'C:\i data :owner';
