"""How are desks of a register shown? As rows or plain values, always with what must not be overlooked about them.

    XD  technical  confirmed                                        duty  7a77dec6cc  State XD    log.register.example
    FR  technical  nominated by letter, not confirmed by its owner  fr-1              Mission of  log.register.example

Invariants: the words for a status stand here alone; every row names its register; a hosted desk, a name that is not
what it seems and a rehearsal show in every list.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from liaison.cli.output import table

if TYPE_CHECKING:
    from liaison.register.lookup import DeskEntry, Directory

STATUS = {
    "confirmed": "confirmed",
    "called-back": "pending, confirmed by call-back",
    "nominated": "nominated by letter, not confirmed by its owner",
    "contested": "contested, nobody is the default",
    "disputed": "disputed keys, nobody is the default",
}
NAME_WARNINGS = {
    "control": "hidden characters in its name",
    "lookalike": "its name looks like another's",
    "mixed-script": "letters of several scripts in its name",
}


def status_words(status: str) -> str:
    """How far an entry may be relied on, for people."""
    return STATUS.get(status, status)


def warning_words(warnings: Iterable[str]) -> str:
    """What is odd about a name, for people; empty when nothing is."""
    return "; ".join(NAME_WARNINGS.get(each, each) for each in warnings)


def desk_value(entry: DeskEntry, directory: Directory, source: str = "") -> dict[str, Any]:
    """A desk as plain values; `source` is the origin of its register."""
    import msgspec

    told = dataclasses.asdict(entry) | {"expected": msgspec.to_builtins(entry.expected)}
    told["hosted_by"] = msgspec.to_builtins(entry.hosted_by)
    warnings = sorted(each.value for each in directory.name_warnings(entry.name))
    return dict(msgspec.to_builtins(told)) | {"source": source, "name_warnings": warnings}


def desk_lines(values: list[dict[str, Any]], name_of: Callable[[str], str] | None = None) -> list[str]:
    """Desks made by `desk_value`, one line each, and below it what is particular about it."""
    from liaison.cli.message.screen import plain

    lines = []
    for line, each in zip(table([_row(each, plain) for each in values]), values, strict=True):
        lines.append(line)
        if each["hosted_by"] is not None:
            host = each["hosted_by"]["participant"]
            lines.append(f"    hosted by {plain(name_of(host) if name_of else host[:16])}/{each['hosted_by']['node']}")
        if each["name_warnings"]:
            lines.append(f"    LOOK TWICE: {warning_words(each['name_warnings'])}")
    return lines


def _row(each: dict[str, Any], plain: Callable[[str], str]) -> tuple[str, ...]:
    source = f"{each['source']}{'  REHEARSAL' if each['rehearsal'] else ''}"
    what = each["kind"], status_words(each["status"]), each["desk"]
    return ",".join(each["codes"]), *what, (each["participant"] or "")[:16], plain(each["name"]), source
