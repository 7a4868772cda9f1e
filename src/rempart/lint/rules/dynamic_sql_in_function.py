"""SQL made at run time in a function, its values quoted."""

from __future__ import annotations

from rempart.lint.rule import Rule
from rempart.report.finding import Severity


class DynamicSqlInFunction(Rule):
    """EXECUTE in a function of a text that is not known, but not open to injection either. Found by the engine."""

    name = "dynamic-sql-in-function"
    severity = Severity.INFO
    what = "A function runs a text made at run time, with its values quoted."
    why = (
        "What the function reads or changes cannot be told from its text, so no other rule has judged it. It is often "
        "right, as in a generic audit trigger; look at it yourself."
    )
    bad = (
        "create function app.rows_of(p_table text) returns bigint language plpgsql set search_path = '' as $$\n"
        "declare n bigint;\nbegin\n    execute format('select count(*) from app.%I', p_table) into n;\n"
        "    return n;\nend $$;",
    )
    good = (
        "create function app.rows_of_depots() returns bigint language plpgsql set search_path = '' as $$\n"
        "declare n bigint;\nbegin\n    execute 'select count(*) from app.depots' into n;\n    return n;\nend $$;",
    )
