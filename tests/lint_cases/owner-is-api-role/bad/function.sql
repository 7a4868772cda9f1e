-- a function
alter function app.total() owner to anon;
