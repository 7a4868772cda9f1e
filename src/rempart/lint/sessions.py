"""Calls that tell who is asking: the platform's functions, and a project's own helpers over them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pglast import ast
from pglast.enums import A_Expr_Kind, SQLValueFunctionOp

from rempart.lint.settings import Settings
from rempart.lint.state import Function, State
from rempart.sqltext.expressions import operator, reads_columns, without_casts
from rempart.sqltext.outcomes import SOMETHING, UNKNOWN
from rempart.sqltext.walk import called, nodes_of, string_constant

LOGGED_IN = "authenticated"
"""What the platform's role function answers for a user that is logged in."""

_BUILT_IN = frozenset(
    """
    abs age array_agg array_append array_cat array_length array_position array_remove array_to_json array_to_string
    bool_and bool_or btrim cardinality ceil char_length clock_timestamp concat concat_ws convert_from count
    current_catalog current_database current_query current_schema current_schemas currval date_part date_trunc
    decode digest encode every extract floor format gen_random_bytes gen_random_uuid generate_series
    has_any_column_privilege has_column_privilege has_database_privilege has_function_privilege has_schema_privilege
    has_sequence_privilege has_table_privilege hashtext inet_client_addr inet_client_port inet_server_addr initcap
    int4range int8range json_agg json_array_elements json_array_elements_text json_array_length json_build_object
    json_each json_extract_path json_extract_path_text json_object_keys json_typeof jsonb_agg jsonb_array_elements
    jsonb_array_elements_text jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text
    jsonb_exists jsonb_extract_path jsonb_extract_path_text jsonb_object_keys jsonb_path_exists jsonb_path_match
    jsonb_path_query jsonb_path_query_first jsonb_typeof justify_interval lastval left length like localtimestamp
    lower lower_inc lpad ltrim make_date make_interval make_time make_timestamp make_timestamptz max md5 min mod
    nextval now numrange obj_description octet_length overlaps overlay pg_backend_pid pg_has_role pg_trigger_depth
    pg_typeof position quote_ident quote_literal random regexp_like regexp_match regexp_matches regexp_replace
    regexp_split_to_array regexp_split_to_table repeat replace reverse right round row_number row_to_json rpad rtrim
    setting sha256 similarity split_part starts_with statement_timestamp string_agg string_to_array strpos substr
    substring sum timeofday timezone to_char to_date to_json to_jsonb to_number to_regclass to_regrole to_timestamp
    to_tsquery to_tsvector transaction_timestamp translate trim trunc tsrange tstzrange txid_current unnest upper
    uuid_generate_v4 uuid_nil version width_bucket
    """.split()  # noqa: SIM905
)
"""Functions of Postgres and its usual extensions that a condition may call without columns. Not session functions."""
_PLATFORM_SCHEMAS = frozenset({"pg_catalog", "extensions", "information_schema"})
_YES_NO_PREFIXES = ("is_", "has_", "can_", "not_", "in_", "may_", "check_", "owns_")
_USER_NAMES = frozenset(
    """
    uid user_id current_user_id get_user_id my_id me my_user_id get_current_user_id userid current_userid profile_id
    current_profile_id get_profile_id my_profile_id get_my_id auth_uid requesting_user_id
    """.split()  # noqa: SIM905
)
_CURRENT_USER = frozenset(
    {SQLValueFunctionOp.SVFOP_CURRENT_USER, SQLValueFunctionOp.SVFOP_CURRENT_ROLE, SQLValueFunctionOp.SVFOP_USER}
)
_USER_CLAIMS = frozenset({"sub", "user_id", "email", "uid"})
_USER_SETTINGS = frozenset({"request.jwt.claim.sub", "request.jwt.claim.email", "jwt.claims.user_id"})


def session_function(call: Any, state: State, settings: Settings) -> str | None:
    """Name of what a call tells about the session, when that is the same for every row; else None.

    The functions of the settings count whatever their arguments, and so does a function of the project that is given
    no column.

    Args:
        call: A FuncCall.
        state: Knows the functions of the project.
        settings: Names the session functions.
    """
    name = called(call)
    if name in settings.session_functions:
        return name
    if reads_columns(call) or call.agg_star or call.over is not None:
        return None
    known = helper(call, state)
    if known is not None:
        return None if known.volatility == "immutable" or known.kind == "aggregate" else name
    if "." in name:
        return None if name.split(".")[-2] in _PLATFORM_SCHEMAS else name
    return None if name.lower() in _BUILT_IN or name.startswith(("pg_", "st_")) else name


def helper(call: Any, state: State) -> Function | None:
    """The function of the project that a call means, when one was read.

    Args:
        call: A FuncCall.
        state: Knows the functions.
    """
    schema, _, name = called(call).rpartition(".")
    for candidate in (schema,) if schema else (*state.search_path, "public"):
        for function in state.functions_named((candidate, name)):
            if function.seen:
                return function
    return None


def is_user(node: Any, state: State, settings: Settings) -> bool:
    """Whether an expression is the identity of the user who asks, such as `(select auth.uid())`.

    Args:
        node: An expression.
        state: Knows the functions of the project.
        settings: Names the session functions.
    """
    node = without_casts(node)
    if isinstance(node, ast.FuncCall):
        name = called(node)
        if name == "current_setting":
            text = next(map(string_constant, node.args or ()), None)
            return text in _USER_SETTINGS or (text or "").rpartition(".")[2] in _USER_NAMES
        if name.rpartition(".")[2] == "email" and name in settings.session_functions:
            return True
        return name.rpartition(".")[2] in _USER_NAMES and session_function(node, state, settings) is not None
    if isinstance(node, ast.A_Expr) and operator(node) in ("->>", "->", "#>>"):
        claim = string_constant(node.rexpr)
        return claim is not None and claim.strip("{}") in _USER_CLAIMS and asks_session(node.lexpr, state, settings)
    if isinstance(node, ast.CoalesceExpr):
        return any(is_user(part, state, settings) for part in (node.args or ())[:1])
    if isinstance(node, ast.A_Expr) and node.kind == A_Expr_Kind.AEXPR_NULLIF:
        return is_user(node.lexpr, state, settings)
    return False


def asks_session(node: Any, state: State, settings: Settings) -> bool:
    """Whether an expression calls a session function anywhere, or names the current role.

    Args:
        node: An expression, or None.
        state: Knows the functions of the project.
        settings: Names the session functions.
    """
    return (
        any(session_function(call, state, settings) is not None for call in nodes_of(node, ast.FuncCall))
        or next(nodes_of(node, ast.SQLValueFunction), None) is not None
    )


def nobody(state: State, settings: Settings, empty: bool = False) -> Callable[[Any], object]:
    """The assumption that a session without a user asks: its functions give NULL.

    Args:
        state: Knows the functions of the project.
        settings: Names the session functions.
        empty: Assume instead that custom settings are empty texts, as they are after their transaction.
    """

    def assume(node: Any) -> object:
        if not isinstance(node, ast.FuncCall):
            return UNKNOWN
        name = called(node)
        if name == "current_setting":
            arguments = node.args or ()
            missing_ok = len(arguments) > 1 and not _is_false(arguments[1])
            return ("" if empty else None) if missing_ok else UNKNOWN
        if name in settings.session_functions:
            return None
        if session_function(node, state, settings) is None or name.rpartition(".")[2].startswith(_YES_NO_PREFIXES):
            return UNKNOWN
        known = helper(node, state)
        return UNKNOWN if known is not None and known.returns in ("bool", "boolean") else None

    return assume


def _is_false(node: Any) -> bool:
    node = without_casts(node)
    return isinstance(node, ast.A_Const) and not getattr(node.val, "boolval", True)


def user_with_role(role: str, settings: Settings) -> Callable[[Any], object]:
    """The assumption that a request of an API role asks: its session functions give something.

    Args:
        role: What the platform's role function answers.
        settings: Names the session functions.
    """

    def assume(node: Any) -> object:
        if is_current_user(node):
            return role
        if isinstance(node, ast.FuncCall) and called(node) in settings.session_functions:
            name = called(node).rpartition(".")[2]
            return role if name == "role" or _asks_role(node) else SOMETHING if role == LOGGED_IN else UNKNOWN
        if isinstance(node, ast.A_Expr) and operator(node) == "->>":
            claim, token = string_constant(node.rexpr), without_casts(node.lexpr)
            if isinstance(token, ast.FuncCall) and called(token) in settings.session_functions:
                if claim == "role":
                    return role
                return SOMETHING if claim == "sub" and role == LOGGED_IN else UNKNOWN
        return UNKNOWN

    return assume


def is_current_user(node: Any) -> bool:
    """Whether an expression is the role that a request runs as: `current_user` and its other names.

    Args:
        node: An expression.
    """
    return isinstance(node, ast.SQLValueFunction) and node.op in _CURRENT_USER


def _asks_role(call: Any) -> bool:
    return bool(call.args) and string_constant(call.args[0]) in ("request.jwt.claim.role", "role")
