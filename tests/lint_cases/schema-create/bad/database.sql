-- Who may create in the database makes schemas of his own.
grant create, connect on database postgres to authenticated;
