-- taken away
alter role authenticated nobypassrls nosuperuser;
