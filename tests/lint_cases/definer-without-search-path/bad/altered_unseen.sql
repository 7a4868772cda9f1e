-- Nothing says that the function has one.
alter function app.total() security definer;
