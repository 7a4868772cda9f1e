-- in PL/pgSQL
create function app.tva(m numeric) returns numeric language plpgsql as $$ begin return m * 0.16; end $$;
