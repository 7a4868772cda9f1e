-- a rule on a view
create rule ecrire as on update to public.v_notes do instead update public.notes set texte = new.texte where id = old.id;
