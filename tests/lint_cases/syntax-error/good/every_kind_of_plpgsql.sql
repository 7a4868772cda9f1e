-- valid PL/pgSQL in its less usual forms
create function app.tout(p_n integer, variadic p_noms text[] default '{}') returns setof text
language plpgsql set search_path = '' as $corps$
#variable_conflict use_column
<<dehors>>
declare
    v_total constant numeric(10, 2) not null := 1.5;
    v_nom app.depots.nom%type;
    v_ligne app.depots%rowtype;
    v_tous app.depots[];
    c_depots cursor (p text) for select d.nom from app.depots d where d.nom = p;
    c_autre refcursor;
    v_alias alias for $1;
    i integer = 0;
begin
    select d.nom, d.adresse into strict v_nom, v_ligne.adresse from app.depots d limit 1;
    insert into app.depots (nom) values ('x') returning id, nom into v_ligne.id, v_tous[1].nom;
    v_tous[i + 1] := v_ligne;
    v_nom = case when p_n > 1 then 'a' else 'b' end;
    get diagnostics i = row_count;
    for i in reverse 10 .. 1 by 2 loop
        continue dehors_boucle when i = 3;
        exit when i = 5;
    end loop;
    <<dehors_boucle>>
    for v_nom, i in select d.nom, 1 from app.depots d loop
        return next v_nom;
    end loop dehors_boucle;
    for v_ligne in c_depots('Nord') loop
        raise notice '% and %', v_ligne.nom, (select 1) using hint = 'none';
    end loop;
    foreach v_nom slice 0 in array p_noms loop
        null;
    end loop;
    while i < 3 loop
        i := i + 1;
    end loop;
    case p_n
        when 1, 2 then perform pg_catalog.pg_sleep(0);
        else null;
    end case;
    case
        when p_n = 1 then
            begin
                delete from app.depots where false;
            exception
                when unique_violation or sqlstate '22012' then raise;
                when others then raise exception using message = 'x', errcode = 'P0001';
            end;
    end case;
    open c_autre for select 1;
    fetch next from c_autre into i;
    move forward 2 from c_autre;
    close c_autre;
    open c_depots(p := 'Sud');
    close c_depots;
    assert i is not null, 'i has a value';
    if p_n = 1 then return; elsif p_n = 2 then return next 'x'; elseif p_n = 3 then null; else null; end if;
    return query select d.nom from app.depots d;
    with neuf as (insert into app.depots (nom) values ('y') returning nom) select n.nom into v_nom from neuf n;
    merge into app.depots d using (values ('z')) v (nom) on d.nom = v.nom when not matched then do nothing;
    loop exit; end loop;
end dehors
$corps$;
