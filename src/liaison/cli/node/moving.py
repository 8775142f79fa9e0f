"""How does a node move from its SQLite file to PostgreSQL? `liaison node migrate-database`."""

from __future__ import annotations

import os

import click

from liaison.cli.output import json_option, note, show, table
from liaison.cli.session import WITH_PAGES, chosen_home, open_node
from liaison.errors import UsageError


@click.command("migrate-database")
@click.argument("url")
@click.option("--keep-config", is_flag=True, help="Leave liaison.toml as it is; DATABASE_URL will name the database.")
@json_option
def migrate_database(url: str, *, keep_config: bool, as_json: bool) -> None:
    """Copy the tables of this node, stopped, to the empty PostgreSQL database URL, verify every row, and switch."""
    from liaison.node import homes, wiring
    from liaison.node.services.care.backup import database_file

    if os.environ.get("DATABASE_URL"):
        raise UsageError("move-other-database")
    home = chosen_home()
    if wiring.is_served(home):
        raise UsageError("move-while-served")
    node = open_node(settings_in=WITH_PAGES)
    from liaison.node.services.care.moving import move_tables

    try:
        old = database_file(node)
    except UsageError as error:
        raise UsageError("move-already-there") from error
    moved = move_tables(node, url, watch=_silent if as_json else _progress)
    if not keep_config:
        homes.use_database(home, url)
    rows = table((each.table, f"{each.rows}", each.digest[:16]) for each in moved)
    lines = [
        f"{sum(each.rows for each in moved)} rows in {len(moved)} tables, the same count and hash on both sides:",
        *(f"  {row}" for row in rows),
        f"{old} stays as it is and is closed for writing.",
        "Set DATABASE_URL before the node starts again." if keep_config else f"{home / 'liaison.toml'} names it now.",
    ]
    value = [{"table": each.table, "rows": each.rows, "digest": each.digest} for each in moved]
    show({"tables": value, "old": str(old), "config": not keep_config}, lines, as_json=as_json)


def _progress(name: str, rows: int) -> None:
    if rows and rows % 10_000 == 0:
        note(f"  {name}: {rows} rows …")


def _silent(name: str, rows: int) -> None:
    pass
