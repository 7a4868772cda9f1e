-- quotes of every kind, comments in odd places
create /* a /* nested */ comment; */ schema "sché;ma" -- here; too
;
comment on schema "sché;ma" is E'it\'s; \n'
    ' one; line';
do language plpgsql 'begin perform ''a;b'', $x$;$x$; end';
