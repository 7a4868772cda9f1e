-- One statement makes it a definer and gives it a path.
alter function app.total() security definer set search_path = '';
