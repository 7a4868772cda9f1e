"""Which conditions are true whatever the row."""

from __future__ import annotations

from typing import Any

import pytest
from pglast import ast, parse_sql

from rempart.sqltext.outcomes import SOMETHING, UNKNOWN
from rempart.sqltext.truth import Judge


def condition(text: str) -> Any:
    return parse_sql(f"select * from t where {text}")[0].stmt.whereClause


def judge(**more: Any) -> Judge:
    return Judge(own=frozenset({"t"}), never_null=frozenset({"id"}), **more)


ALWAYS = """
true
TRUE
not false
not (not true)
1 = 1
1 <> 2
2 > 1
1 < 2.5
'a' = 'a'
'a' <> 'b'
'1' = 1
1 in (1, 2)
3 not in (1, 2)
5 between 1 and 10
null is null
1 is not null
'x' is not null
true is true
(null)::boolean is not true
null is not distinct from null
1 is distinct from 2
't'::boolean
'yes'::bool
1::boolean
(select true)
(select 1 = 1)
((select (true)))
a = a
t.a = a
a = t.a
a is not distinct from a
a >= a
a <= a
a in (a)
a in (b, a)
a between a and a
(a = a) is not false
a = a or a is null
a is null or a is not null
a or not a
a = b or a <> b
a = b or not (a = b)
a = b or b is null or a <> b
a > 1 or a <= 1
a is true or a is not true
a in (1, 2) or a not in (1, 2)
b = 2 or true
b = 2 or 1 = 1
b = 2 or (c = 3 or not false)
true and true
a = a and true
coalesce(true, a)
coalesce(null, true)
coalesce(null, null, 1 = 1)
coalesce(a = a, true)
case when true then true else false end
case when a then true else true end
case when a = 1 then true when a = 2 then 1 = 1 else not false end
case a when 1 then true else true end
nullif(1, 2) is not null
nullif('', '') is null
exists (select 1)
exists (select null)
exists (select)
exists (select 1 where true)
exists (select 1 where 1 = 1)
exists (values (1))
exists (select count(*) from t2 where false)
exists (select 1 from (values (1)) v)
exists (select 1 from (select 1) v where true)
exists (select 1 union select 2 where false)
exists (select 1 from pg_catalog.pg_class)
not exists (select 1 where false)
not exists (select 1 from t2 where false)
not exists (select 1 from t2 limit 0)
1 in (select 1)
a in (select a)
1 = any (array[1, 2])
a = any (array[a])
id is not null
t.id is not null
now() is not null
current_user is not null
current_user = current_user
current_timestamp is not null
name like '%'
name ilike '%%'
name ~ '.*'
name ~* ''
data @> '{}'
lower('A') = 'a'
upper('a') = 'A'
length('abc') = 3
'a' || 'b' = 'ab'
1 + 1 = 2
2 * 3 - 6 = 0
-1 < 0
char_length(name) >= 0
(select count(*) from t2) >= 0
(select count(*) from t2) > -1
'a' ilike 'A'
a is null or (a is not null and true)
a collate "C" = a
""".strip().splitlines()

NOT_ALWAYS = """
false
null
not true
1 = 2
a
not a
a = b
a = 1
a <> a
a is null
a is not null
a = lower(a)
a = a::text
a = b or a = c
a or b
a = 1 or a <> 2
a > 1 or a < 1
a > 1 or b <= 1
a is null or b is not null
coalesce(a, true)
coalesce(a = b, false)
coalesce(false, true)
case when a then true end
case when a then true else false end
case when a then true else b end
case a when 1 then true end
a and true
true and a = b
b = 2 or false
b = 2 or null
exists (select 1 where false)
exists (select 1 where a = 1)
exists (select 1 from t2)
exists (select 1 from t2 where t2.x = t.a)
exists (select count(*) from t2 having count(*) > 3)
exists (select count(*) from t2 group by x)
exists (select 1 limit 0)
exists (select 1 offset 1)
exists (select 1 intersect select 2)
not exists (select 1)
not exists (select 1 from t2)
1 in (select 2)
a in (select b)
a in (select x from t2)
a = any (array[b])
a = any (list)
u.id is not null
other is not null
name like 'a%'
name like '_%'
name ~ '.+'
data @> '{"a": 1}'
data ? 'a'
random() = random()
random() < 0.5
gen_random_uuid() = gen_random_uuid()
a is not distinct from null
'a' < 'b'
f()
f(a)
auth.uid() is not null
auth.uid() = a
(select auth.uid()) is not null
current_setting('x', true) = 'on'
current_user = 'postgres'
a between 1 and 2
char_length(name) > 0
(select count(*) from t2) > 0
f(t.*)
a is null or (a is not null and b)
a in (1, 2)
a not in (a)
'maybe'::text = a
a is unknown
""".strip().splitlines()


@pytest.mark.parametrize("text", ALWAYS)
def test_condition_is_always_true(text: str) -> None:
    assert judge().always_true(condition(text))


@pytest.mark.parametrize("text", NOT_ALWAYS)
def test_condition_is_not_always_true(text: str) -> None:
    assert not judge().always_true(condition(text))


@pytest.mark.parametrize(
    "text", ["false", "null", "not true", "1 = 2", "a and false", "a <> a", "a = null", "exists (select 1 where false)"]
)
def test_condition_is_never_true(text: str) -> None:
    assert judge().never_true(condition(text))


@pytest.mark.parametrize("text", ["true", "a", "a = b", "not a", "a is null", "exists (select 1 from t2)", "f()"])
def test_condition_may_be_true(text: str) -> None:
    assert not judge().never_true(condition(text))


def test_no_condition_is_neither_always_true_nor_ever_true() -> None:
    assert not judge().always_true(None)
    assert judge().never_true(None)


def assuming(value: object) -> Judge:
    return judge(assume=lambda node: value if isinstance(node, ast.FuncCall) else UNKNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "f() is null",
        "f() is null or a = f()",
        "a = f() or (select f()) is null",
        "not (f() is not null)",
        "coalesce(a = f(), true)",
        "(a = f()) is not false",
        "a = coalesce(f(), a)",
        "(f() ->> 'x') is null or b",
        "nullif(f(), '')::uuid is null or b",
        "coalesce(f(), '') = ''",
        "case when f() is null then true else a = f() end",
        "f() is distinct from 'blocked'",
        "(f())['x'] is null",
    ],
)
def test_condition_is_true_when_the_function_gives_null(text: str) -> None:
    assert assuming(None).always_true(condition(text))


@pytest.mark.parametrize(
    "text",
    [
        "a = f()",
        "b or a = f()",
        "a is null or a = f()",
        "f() is not null and a = f()",
        "a = f() and (f() is null or b)",
        "f() is null and a = 1",
        "coalesce(a = f(), false)",
        "(a = f()) is true",
        "a is not distinct from f()",
        "f() <> 'anon'",
        "b or f() = f()",
    ],
)
def test_condition_is_not_true_when_the_function_gives_null(text: str) -> None:
    assert not assuming(None).always_true(condition(text))


def test_something_is_neither_null_nor_empty() -> None:
    known = assuming(SOMETHING)
    assert known.always_true(condition("f() is not null"))
    assert known.always_true(condition("f() <> ''"))
    assert not known.always_true(condition("f() = 'x'"))
    assert not known.always_true(condition("f() = a"))


def test_chains_of_comparisons_take_no_time() -> None:
    text = "a"
    for _ in range(60):
        text = f"({text}) = b"
    assert not judge().always_true(condition(text))
