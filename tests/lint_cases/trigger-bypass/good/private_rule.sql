-- not exposed
create rule archive as on insert to prive.notes do also insert into prive.journal select new.id;
