"""Rows that the database itself refuses to change: triggers, the same on SQLite and PostgreSQL.

A model says how it is protected in an attribute, `protection = AppendOnly(…)`. The triggers are laid anew after every migration
(SQLite loses them when a table is rebuilt), so what the model says is what the database does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import UniqueConstraint


@dataclass(frozen=True)
class AppendOnly:
    """No DELETE and no TRUNCATE; an UPDATE may only set the facts in `once`, each a single time, from NULL.

    `together`: columns that may change only while the fact they belong to is being set, {"payload": "disposed_at"}.
    `sealed_by`: the fact from which the row is frozen; until it is set the row may be changed (never deleted).
    `parent`: (foreign key column, parent table, parent fact): no INSERT once the parent is sealed.
    `of_import`: a row that an import made (`import_run_id`) may be deleted once that import is undone; nothing else may.
    """

    once: tuple[str, ...] = ()
    together: tuple[tuple[str, str], ...] = ()
    sealed_by: str = ""
    parent: tuple[str, str, str] | None = None
    of_import: bool = False


@dataclass(frozen=True)
class SameRoom:
    """An INSERT or UPDATE is refused unless the two SELECTs (with NEW.column) give the same id: the wall between workspaces."""

    left: str
    right: str


@dataclass(frozen=True)
class Repeats:
    """Columns that repeat what the row behind a foreign key says, so that rows are found without it: an INSERT or UPDATE where they differ is
    refused.
    """

    key: str
    table: str
    columns: tuple[str, ...]


def lay_triggers(using: str = "default", **_kwargs: Any) -> None:
    """Drop and create every trigger that the models ask for. Safe to run any number of times."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.db_table in tables:
                for statement in _statements(model, connection.vendor):
                    cursor.execute(statement)


def missing_triggers(using: str = "default") -> set[str]:
    """Names of the triggers that the models ask for and the database does not have."""
    connection = connections[using]
    asked = {
        statement.split()[2]
        for model in apps.get_models()
        for statement in _statements(model, connection.vendor)
        if statement.startswith("CREATE TRIGGER")
    }
    catalogue = (
        "SELECT tgname FROM pg_trigger" if connection.vendor == "postgresql" else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return asked - {name for (name,) in cursor.fetchall()}


def _statements(model: Any, vendor: str) -> Iterable[str]:
    table = model._meta.db_table
    columns = [field.column for field in model._meta.local_concrete_fields]
    rule = model.__dict__.get("protection")
    if rule:
        yield from _trigger(vendor, table, "keep_row", "DELETE", _is_kept(rule), f"{table}: rows are never deleted")
        yield from _trigger(
            vendor, table, "keep_content", "UPDATE", _changed(vendor, columns, rule), f"{table}: recorded content is never changed"
        )
        if vendor == "postgresql":
            yield from _truncate_guard(table)
        else:
            yield from _trigger(vendor, table, "keep_place", "INSERT", _is_taken(model, table), f"{table}: rows are never replaced")
        if rule.parent:
            column, parent, fact = rule.parent
            sealed = f"EXISTS (SELECT 1 FROM {parent} WHERE id = NEW.{column} AND {fact} IS NOT NULL)"
            yield from _trigger(vendor, table, "sealed_parent", "INSERT", sealed, f"{table}: {parent} is already sealed")
    wall = model.__dict__.get("wall")
    if wall:
        differ = f"({wall.left}) {_is_not(vendor)} ({wall.right})"
        for event in ("INSERT", "UPDATE"):
            yield from _trigger(vendor, table, f"same_room_{event.lower()}", event, differ, f"{table}: belongs to another workspace")

    repeats = model.__dict__.get("repeats")
    if repeats:
        same = " AND ".join(f"{column} = NEW.{column}" for column in repeats.columns)
        differ = f"NOT EXISTS (SELECT 1 FROM {repeats.table} WHERE id = NEW.{repeats.key} AND {same})"
        for event in ("INSERT", "UPDATE"):
            yield from _trigger(vendor, table, f"repeats_{event.lower()}", event, differ, f"{table}: differs from {repeats.table}")


def _is_taken(model: Any, table: str) -> str:
    """The condition under which SQLite's INSERT OR REPLACE would push a row out, which no DELETE trigger sees: its key is there already."""
    meta = model._meta
    keys = [[field.column] for field in meta.local_concrete_fields if field.unique]
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and constraint.condition is None:
            names = constraint.fields or [getattr(each, "name", "") for each in constraint.expressions]
            if all(names):
                keys.append([meta.get_field(name).column for name in names])
    same = (" AND ".join(f"{column} = NEW.{column}" for column in key) for key in keys)
    return " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {each})" for each in same)


def _is_kept(rule: AppendOnly) -> str:
    """The condition under which a DELETE is refused."""
    if not rule.of_import:
        return "1=1"
    return "NOT EXISTS (SELECT 1 FROM stakeholders_importrun WHERE id = OLD.import_run_id AND undone_at IS NOT NULL)"


def _changed(vendor: str, columns: list[str], rule: AppendOnly) -> str:
    """The condition under which an UPDATE touches what may not be touched."""
    unlike = _is_not(vendor)
    together = dict(rule.together)
    parts = []
    for column in columns:
        differs = f"NEW.{column} {unlike} OLD.{column}"
        if column in rule.once:
            parts.append(f"(OLD.{column} IS NOT NULL AND {differs})")
        elif column in together:
            fact = together[column]
            parts.append(f"(({differs}) AND NOT (OLD.{fact} IS NULL AND NEW.{fact} IS NOT NULL))")
        else:
            parts.append(f"({differs})")
    changed = " OR ".join(parts)
    return f"OLD.{rule.sealed_by} IS NOT NULL AND ({changed})" if rule.sealed_by else changed


def _is_not(vendor: str) -> str:
    return "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"


def _trigger(vendor: str, table: str, name: str, event: str, condition: str, message: str) -> Iterable[str]:
    full = f"{table}_{name}"
    if vendor == "sqlite":
        yield f"DROP TRIGGER IF EXISTS {full}"
        yield f"CREATE TRIGGER {full} BEFORE {event} ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        return
    leave = "OLD" if event == "DELETE" else "NEW"
    yield (
        f"CREATE OR REPLACE FUNCTION {full}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {leave}; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {full} ON {table}"
    yield f"CREATE TRIGGER {full} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {full}()"


def _truncate_guard(table: str) -> Iterable[str]:
    full = f"{table}_keep_table"
    yield (
        f"CREATE OR REPLACE FUNCTION {full}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{table}: is never emptied' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {full} ON {table}"
    yield f"CREATE TRIGGER {full} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {full}()"
