"""Which allocation data does routing use? `liaison resources import|list|remove`, also before `node init`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.session import chosen_home
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.services.resources import ImportedTable, TableFiles, TableFormat
    from liaison.routing.allocation import RangeTable

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FORMATS = click.Choice(["delegated", "tor-geoipdb", "mmdb"])
CHUNK = 1 << 20


@click.group()
def group() -> None:
    """Import and list the allocation data that routing uses."""


@group.command("import")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--format", "named", type=FORMATS, help="Default: told from the bytes.")
@click.option("--name", default="", help="What to call it; for one file only. Default: the file's name.")
@json_option
def import_files(files: tuple[Path, ...], named: str | None, name: str, *, as_json: bool) -> None:
    """Take allocation data from FILES, the first leading; a name that is there already is replaced in its place."""
    from liaison.node import wiring
    from liaison.node.services.resources import TableFormat, decode_table, keep_table, recognise

    if name and len(files) > 1:
        raise UsageError("table-name-for-several", count=len(files))
    read: list[tuple[Path, RangeTable, TableFormat]] = []
    for path in files:
        data = _read(path)
        form = TableFormat(named) if named else recognise(data)
        read.append((path, decode_table(data, form, chunks=_watched(data, path.name, quiet=as_json)), form))
    kept = [
        keep_table(
            open_tables(), each, name=name or name_of(path), form=form, taken_from=path.name, now=wiring.clock().now()
        )
        for path, each, form in reversed(read)
    ]
    show([_value(each) for each in kept[::-1]], (f"Imported {_told(each)}" for each in kept[::-1]), as_json=as_json)


@group.command("list")
@json_option
def list_tables(*, as_json: bool) -> None:
    """Show what routing uses, in the order it is followed, with source and date."""
    from liaison.node.services.resources import imported_tables
    from liaison.routing.snapshot import shipped

    rest = shipped()
    rows: list[dict[str, Any]] = [_value(each) for each in imported_tables(open_tables())]
    rows.append({"name": "(shipped)", "source": rest.source.name, "date": rest.source.date})
    cells = [(each["name"], each["date"] or "no date", each["source"], each.get("imported", "")) for each in rows]
    lines = [f"{place}. {line}" for place, line in enumerate(table(cells), start=1)]
    show(rows, lines, as_json=as_json)


@group.command("remove")
@click.argument("name")
@json_option
def remove(name: str, *, as_json: bool) -> None:
    """Route by the imported data NAME no more."""
    from liaison.node.services.resources import remove_table

    gone = remove_table(open_tables(), name)
    show(_value(gone), [f"Removed {_told(gone)}"], as_json=as_json)


def open_tables() -> TableFiles:
    """Where the tables of the chosen home are, initialised or not; `load_tables` reads them for routing."""
    from liaison.node import wiring

    return wiring.open_folder(chosen_home() / "resources")


def name_of(path: Path) -> str:
    """The name a file gives its table: `delegated-ripencc-extended-latest` for a file of that name."""
    return re.sub(r"[^a-z0-9._-]+", "-", path.name.lower().removesuffix(".mmdb")).strip("-.")[:64] or "table"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error


def _watched(data: bytes, name: str, *, quiet: bool) -> Iterator[bytes]:
    """The bytes in pieces, with a bar on stderr."""
    pieces = range(0, len(data), CHUNK)
    if quiet or len(pieces) < 2:
        yield from (data[start : start + CHUNK] for start in pieces)
        return
    with click.progressbar(pieces, label=f"Reading {name}", file=sys.stderr) as bar:
        yield from (data[start : start + CHUNK] for start in bar)


def _value(each: ImportedTable) -> dict[str, Any]:
    import msgspec

    value: dict[str, Any] = msgspec.to_builtins(each)
    return value


def _told(each: ImportedTable) -> str:
    rows = f"{each.ipv4} IPv4, {each.ipv6} IPv6, {each.autonomous_systems} AS ranges"
    return f"{each.name}: {each.source} of {each.date or 'an unknown day'}, {each.codes} codes, {rows}"
