"""Predicates taken apart: atoms, the parts that sessions answer, and comparisons inside queries."""

from __future__ import annotations

from rempart.access.predicates import atoms, mentions

COLUMNS = frozenset({"id", "owner", "state", "amount", "ok"})


def parts(predicate: str) -> list[tuple[str, tuple[str, ...], str | None, str | None]]:
    return [(a.shown, a.columns, a.compared, a.matched) for a in atoms(predicate, "t", COLUMNS)]


def test_atoms_of_and_or_not() -> None:
    predicate = (
        "((state = 'a'::text) OR (NOT ok)) AND (state = ANY (ARRAY['a'::text, 'b'::text])) AND (state = 'a'::text)"
    )
    assert parts(predicate) == [
        ("state = 'a'", ("state",), "state", None),
        ("ok", ("ok",), "ok", None),
        ("state = ANY(ARRAY['a', 'b'])", ("state",), "state", None),
    ]


def test_what_the_session_answers() -> None:
    (own, scope, alone) = atoms(
        "(owner = ( SELECT auth.uid() AS uid)) OR (id IN ( SELECT c.id FROM app.mine() c(id))) OR app.is_admin()",
        "t",
        COLUMNS,
    )
    assert (own.matched, own.session) == ("owner", ("SELECT auth.uid() AS uid",))
    assert (scope.matched, scope.session) == ("id", ("SELECT c.id FROM app.mine() AS c (id)",))
    assert (alone.columns, alone.session) == ((), ("SELECT app.is_admin()",))


def test_a_threshold_is_no_list_of_values() -> None:
    assert parts("(amount > (100)::numeric) AND (state IS NULL)") == [
        ("amount > 100", ("amount",), None, None),
        ("state IS NULL", ("state",), None, None),
    ]


def test_queries_that_depend_on_the_row() -> None:
    predicate = (
        "(EXISTS ( SELECT 1 FROM public.members m"
        " WHERE ((m.t_id = t.id) AND (m.user_id = auth.uid()) AND (m.role = 'write'::text))))"
    )
    (atom,) = atoms(predicate, "t", COLUMNS)
    assert atom.columns == ("id",)
    assert [(m.schema, m.table, m.column) for m in mentions(predicate)] == [
        ("public", "members", "t_id"),
        ("public", "members", "user_id"),
        ("public", "members", "role"),
    ]
    assert mentions(predicate)[1].atom.session == ("SELECT auth.uid()",)
    assert mentions(predicate)[2].atom.constants == ("write",)
