-- what the name stands for is not known
create schema app;
alter schema app owner to :owner;
comment on schema app is :'description';
