-- Python can run any SQL
do language plpython3u $$ plpy.execute('drop table app.depots') $$;
