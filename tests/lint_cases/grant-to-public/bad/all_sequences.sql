-- every sequence of the schema
grant usage on all sequences in schema public to public;
