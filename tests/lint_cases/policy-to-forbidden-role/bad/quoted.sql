-- found: quoted, and for a command that writes
create policy "Leave feedback" on public."Feedback" for insert to "anon"
  with check (char_length(message) between 1 and 2000);
