-- anybody becomes a user
grant authenticated to anon;
