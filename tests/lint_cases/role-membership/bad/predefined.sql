-- reads everything
grant pg_read_all_data to authenticated;
