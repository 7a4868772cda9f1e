"""Revisions become units whose SQL knows where it stands in the Python file."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic_project import alembic_project, revision

from rempart.errors import UsageError
from rempart.lint.statement import Direction
from rempart.revisions.lint_units import RevisionUnits, revision_units
from rempart.sqltext.positioned import PositionedText

FILE = "migrations/versions/a.py"


@pytest.fixture(autouse=True)
def in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def texts(found: RevisionUnits, direction: Direction = Direction.UPGRADE) -> list[PositionedText]:
    return [text for unit in found.units if unit.direction is direction for text in unit.texts]


def upgrade_of(tmp_path: Path, body: str, head: str = "") -> list[PositionedText]:
    return texts(revision_units(alembic_project(tmp_path, a=revision("a", None, body, head=head))))


def assert_place(text: PositionedText, word: str, count: int = 0) -> None:
    """A word of the SQL has the place of the same word in the file."""
    index = text.text.index(word)
    place = text.place(index)
    at = -1
    for _ in range(count + 1):
        at = text.file_text.index(word, at + 1)
    line = text.file_text.count("\n", 0, at) + 1
    column = at - text.file_text.rfind("\n", 0, at)
    assert (place.path, place.line, place.column) == (FILE, line, column)


@pytest.mark.parametrize(
    "body",
    [
        "op.execute('create table marked (id int)')",
        "op.execute(sqltext='create table marked (id int)')",
        "op.execute(sa.text('create table marked (id int)'))",
        'op.execute("""\n  create table\n    marked (id int);\n""")',
        "op.execute(dedent('''\n      create table\n        marked (id int);\n   '''))",
        "op.execute('''\n   create table marked (id int)   '''.strip())",
        "op.execute('create table '\n    # why\n    'marked' r' (id int)')",
        "op.execute(\n    'create table ' +\n  'marked (id int)')",
        "op.execute(f'create table marked (id int check (id <> 1))')",
        "op.execute(f'create table marked (id int default {{}})'.strip())",
        "op.execute('select \\'é\\', \\x41\\n;create table \\\n   marked (id int)')",
        "op.execute(r'select E\\'\\\\n\\'; create table marked (id int)')",
        "op.execute('/* é𝄞 */ create table marked (id int)'); x = 1",
        "x = 'create table marked (id int)'\nop.execute(x)",
        "for one in ('select 1', 'create table marked (id int)'):\n    op.execute(one)",
        "op.get_bind().execute(sa.text('create table marked (id int)'))",
        "op.get_bind().exec_driver_sql('create table marked (id int)')",
        "table = 'other'\nop.execute(f'alter table {table} rename to marked')",
        "table = 'other'\nop.execute(dedent(f'''\n    alter table {table}\n       rename to marked'''))",
    ],
)
def test_sql_of_a_literal_has_its_exact_place(tmp_path: Path, body: str) -> None:
    found = upgrade_of(tmp_path, body)
    assert_place(found[-1], "marked")


def test_sql_of_a_module_constant_has_its_exact_place(tmp_path: Path) -> None:
    (found,) = upgrade_of(tmp_path, "op.execute(SQL)", head='SQL = """\ncreate table marked (id int);\n"""')
    assert_place(found, "marked")


def test_the_same_literal_twice_has_two_places(tmp_path: Path) -> None:
    first, second = upgrade_of(tmp_path, "op.execute('select marked')\nop.execute('select marked')")
    assert_place(first, "marked")
    assert_place(second, "marked", 1)


def test_sql_goes_to_postgres_as_it_is(tmp_path: Path) -> None:
    (found,) = upgrade_of(tmp_path, r"op.execute('select \'50%\', \'a\\:b\', x::int,\t\'{}\'')")
    assert found.text == "select '50%', 'a:b', x::int,\t'{}'"
    assert_place(found, "x::int")


@pytest.mark.parametrize(
    "body",
    [
        "op.create_table('depots', sa.Column('id', sa.Integer), schema='public')",
        "name = 'depots'\nop.execute('create table {} (id int)'.format(name))",
        "name = 'depots'\nop.execute('create table %s (id int)' % name)",
        "op.execute(chr(115) + chr(101) + 'lect 1')",
        "op.execute(sa.select(sa.literal(5)))",
    ],
)
def test_sql_made_by_a_call_stands_at_the_call(tmp_path: Path, body: str) -> None:
    (found,) = upgrade_of(tmp_path, body)
    line = next(
        number for number, text in enumerate(found.file_text.splitlines(), start=1) if text.strip().startswith("op.")
    )
    assert (found.place(5).line, found.place(5).column) == (line, 5)


def test_sql_of_operations_is_compiled(tmp_path: Path) -> None:
    found = upgrade_of(
        tmp_path,
        """
        op.create_table('t', sa.Column('id', sa.Integer, primary_key=True), sa.Column('n', sa.Text, index=True))
        op.add_column('t', sa.Column('rate', sa.Text, server_default=sa.text("'5%'")))
        with op.batch_alter_table('t') as batch:
            batch.drop_column('n')
        with op.get_context().autocommit_block():
            op.create_index('i', 't', ['n'], postgresql_concurrently=True)
        op.bulk_insert(sa.table('t', sa.column('id', sa.Integer)), [{'id': 1}])
        op.get_bind().execute(sa.text('update t set id = :x'), {'x': 3})
        """,
    )
    sql = [" ".join(text.text.split()) for text in found]
    assert sql[0].startswith("CREATE TABLE t ( id SERIAL NOT NULL")
    assert sql[1] == "CREATE INDEX ix_t_n ON t (n);"
    assert "DEFAULT '5%'" in sql[2]
    assert sql[3] == "ALTER TABLE t DROP COLUMN n;"
    assert [sql[4][:7], sql[5], sql[6][:6]] == ["commit;", "CREATE INDEX CONCURRENTLY i ON t (n);", "begin;"]
    assert sql[7:] == ["INSERT INTO t (id) VALUES (1);", "update t set id = 3;"]


def test_python_comments_allow_findings(tmp_path: Path) -> None:
    found = upgrade_of(
        tmp_path,
        """
        # rempart: allow rule-a: because
        # something else
        op.create_table('t', sa.Column('id', sa.Integer))
        op.execute('select 1')  # rempart: allow rule-b: so
        op.execute('# rempart: allow rule-c: no')
        """,
    )
    assert [text.text.split("\n")[0] for text in found] == [
        "-- rempart: allow rule-a: because",
        "-- rempart: allow rule-b: so",
        "# rempart: allow rule-c: no",
    ]
    assert_place(found[1], "select")
    assert found[0].place(0).line + 2 == found[0].place(len(found[0].text) - 1).line


def test_helpers_outside_of_the_file_stand_at_the_call(tmp_path: Path) -> None:
    (tmp_path / "shop_sql.py").write_text("from alembic import op\ndef run(): op.execute('select 1')\n")
    config = alembic_project(
        tmp_path,
        ini="prepend_sys_path = .\npath_separator = os",
        a=revision("a", None, "pass\nshop_sql.run()", head="import shop_sql"),
    )
    (found,) = texts(revision_units(config))
    assert found.file_text.splitlines()[found.place(0).line - 1].strip() == "shop_sql.run()"


def test_history_is_rendered_in_an_order_in_which_it_can_run(tmp_path: Path) -> None:
    config = alembic_project(
        tmp_path,
        ini="version_locations = %(here)s/migrations/versions:%(here)s/migrations/versions/more\npath_separator = :",
        z=revision("z", None, "op.execute('select 1')", "op.execute('select 2')"),
        b=revision("b", "z", "op.execute('select 3')", "raise NotImplementedError"),
        more__a=revision("a", "z", "op.execute('select 4')", "'no way'\nraise RuntimeError('never')"),
        more__c=revision("c", ("a", "b"), "pass"),
        d=revision("d", "c", "op.execute('select 5')"),
    )
    found = revision_units(config)
    assert [(unit.revision, str(unit.direction)) for unit in found.units] == [
        ("z", "upgrade"),
        ("z", "downgrade"),
        ("a", "upgrade"),
        ("b", "upgrade"),
        ("d", "upgrade"),
    ]
    notes = "\n".join(found.notes)
    assert "revision c (migrations/versions/more/c.py) merges branches and runs no SQL" in notes
    assert "revision b (migrations/versions/b.py) cannot be undone" in notes
    assert "revision a (migrations/versions/more/a.py) cannot be undone" in notes
    assert "revision d (migrations/versions/d.py) has an empty downgrade()" in notes
    assert found.problems == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("for row in op.get_bind().execute(sa.text('select 1')): op.execute('x')", "reads a result"),
        ("if op.get_bind().execute(sa.text('select 1')).scalar(): op.execute('x')", "reads a result"),
        ("if op.get_bind().execute(sa.text('select 1')): op.execute('x')", "reads a result"),
        ("op.get_bind().scalar(sa.text('select 1'))", "uses scalar of the connection"),
        ("sa.inspect(op.get_bind()).has_table('x')", "NoInspectionAvailable"),
        ("op.execute(sa.text('select :x'))", "cannot be rendered"),
        ("1 / 0", "ZeroDivisionError"),
        ("raise SystemExit(4)", "SystemExit"),
        ("raise NotImplementedError", "not implemented"),
        ("if not context.is_offline_mode(): op.get_bind().begin()", "uses begin"),
        ("pass", "runs no SQL"),
        ("if op is None: op.execute('select 1')", "runs no SQL"),
    ],
)
def test_revision_that_cannot_be_rendered_is_refused_by_name(tmp_path: Path, body: str, reason: str) -> None:
    config = alembic_project(
        tmp_path,
        a=revision("a", None, "op.execute('select 1')"),
        b=revision("b", "a", body),
    )
    with pytest.raises(UsageError) as caught:
        revision_units(config)
    assert reason in caught.value.message
    assert caught.value.message.startswith("revision b (migrations/versions/b.py")
    found = revision_units(config, unread=["b"])
    assert [unit.revision for unit in found.units] == ["a"]
    assert any("revision b" in note and "is not linted" in note for note in found.notes)


def test_what_a_deployment_runs_is_read(tmp_path: Path) -> None:
    (found,) = upgrade_of(
        tmp_path,
        "if context.is_offline_mode():\n    op.execute('select 1')\nelse:\n    op.execute('select 2')",
    )
    assert found.text == "select 2"


def test_downgrade_with_code_and_without_sql_is_refused(tmp_path: Path) -> None:
    config = alembic_project(tmp_path, a=revision("a", None, "op.execute('select 1')", "if op is None: pass"))
    with pytest.raises(UsageError, match="has code but runs no SQL"):
        revision_units(config)


def test_what_revisions_print_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upgrade_of(tmp_path, "print('noise')\nop.execute('select 1')")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "noise\n")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "there are no revisions"),
        ({"a": "def ("}, "cannot be loaded"),
        ({"a": "import nothing_of_that_name"}, "cannot be loaded"),
        ({"a": "revision = 'a'\ndown_revision = 'gone'"}, "form no history"),
        ({"a": "x = 1"}, "cannot be loaded"),
        (
            {"a": "revision = 'a'\ndown_revision = 'b'", "b": "revision = 'b'\ndown_revision = 'a'"},
            "form no history",
        ),
        (
            {"a": "revision = 'a'\ndown_revision = None", "b": "revision = 'a'\ndown_revision = None"},
            "form no history",
        ),
    ],
)
def test_broken_history_is_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        revision_units(alembic_project(tmp_path, **files))


def test_missing_configuration_is_refused(tmp_path: Path) -> None:
    config = alembic_project(tmp_path)
    (tmp_path / "alembic.ini").unlink()
    with pytest.raises(UsageError, match=r"alembic\.ini"):
        revision_units(config)


def test_unknown_unread_revision_is_refused(tmp_path: Path) -> None:
    config = alembic_project(tmp_path, a=revision("a", None, "op.execute('select 1')"))
    with pytest.raises(UsageError, match="nope"):
        revision_units(config, unread=["nope"])


def test_several_heads_are_a_problem_at_all_but_the_first(tmp_path: Path) -> None:
    config = alembic_project(
        tmp_path,
        a=revision("a", None, "op.execute('select 1')"),
        b=revision("b", "a", "op.execute('select 1')"),
        c=revision("c", "a", "op.execute('select 1')"),
    )
    ((rule, problem),) = revision_units(config).problems
    assert (rule, problem.object, problem.place.path) == ("several-heads", "c", "migrations/versions/c.py")
    assert problem.place.line == 6


def test_branches_with_labels_of_their_own_may_have_heads(tmp_path: Path) -> None:
    config = alembic_project(
        tmp_path,
        a=revision("a", None, "op.execute('select 1')", head="branch_labels = 'x'"),
        b=revision("b", None, "pass", head="branch_labels = 'y'"),
    )
    found = revision_units(config)
    assert found.problems == []
    assert "only names a branch" in "\n".join(found.notes)
