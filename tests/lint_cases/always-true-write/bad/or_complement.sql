-- found: a comparison or its opposite
create policy stocks_delete on public.stocks for delete to authenticated using (quantity > 0 or quantity <= 0 or quantity is null);
