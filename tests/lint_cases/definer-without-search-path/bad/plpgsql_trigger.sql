-- a trigger function
create or replace function app.journal() returns trigger language plpgsql security definer as $$
begin
    insert into log_actions (action) values (tg_op);
    return new;
end $$;
