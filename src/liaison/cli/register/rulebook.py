"""What does a participant say of requests for cooperation sent to it, and how does one's own say so?

    liaison register rulebook XD                       what XD says
    liaison register rulebook --set rules.json         the own desk says this from now on, by its record
    liaison register rulebook --remove

Invariant: everything else that the register says of the desk stays as it is declared.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import FOUND, own_desk, read_file, register_option, the_register
from liaison.cli.session import open_node
from liaison.errors import MalformedError, UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.register.records import Rulebook


@click.command()
@click.argument("whom", default="")
@click.option("--set", "file", type=FOUND, help="The rules in JSON, as docs/spec/requests-catalogue.md shows them.")
@click.option("--remove", is_flag=True, help="Say nothing of requests any more.")
@click.option("--desk", "desk_id", default="", help="Own desk, where this node has several.")
@register_option
@json_option
def rulebook(*, whom: str, file: Path | None, remove: bool, desk_id: str, register: str, as_json: bool) -> None:
    """Show what CODE[/DESK] says of requests sent to it, or publish the own rules."""
    if bool(whom) + (file is not None) + remove > 1:
        raise UsageError("rulebook-one-thing")
    node = open_node()
    place = the_register(node, register)
    if file is None and not remove:
        _show(node, place, whom, desk_id, as_json=as_json)
        return
    from liaison.node.services.own_entry import publish_rulebook
    from liaison.node.services.publication import Place

    own = own_desk(node, place, desk_id, option="desk")
    rules = _read(file) if file is not None else None
    handed = publish_rulebook(node, Place(place, own.participant, own.node), own.desk, rules)
    value = {"entries": [each.index for each in handed]}
    lines = [f"Entry {each.index}: {each.payload_hash}" for each in handed] or ["Nothing changed."]
    show(value, lines, as_json=as_json)


def _show(node: Node, register: str, whom: str, desk_id: str, *, as_json: bool) -> None:
    import msgspec

    from liaison.cooperation.rulebook import is_old
    from liaison.node.reads.cooperation.rulebooks import rulebook_for
    from liaison.node.reads.recipients import find_recipient

    desk = find_recipient(node, register, whom) if whom else own_desk(node, register, desk_id, option="desk")
    found = rulebook_for(node, register, desk)
    if found is None:
        show(None, ["Nothing is known of rules for requests there."], as_json=as_json)
        return
    told: dict[str, Any] = msgspec.to_builtins(found.rulebook)
    lines = [f"{name:<17} {_line(each)}" for name, each in told.items() if each not in (None, [], ())]
    old = is_old(found.rulebook, node.clock.now().date())
    lines += ["Looked at more than a year ago: ask whether it still holds."] if old else []
    show({"desk": found.desk.desk, "old": old, "rulebook": told}, lines, as_json=as_json)


def _line(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "; ".join(" ".join(f"{name}={part}" for name, part in each.items()) if isinstance(each, dict) else each
                         for each in value)  # fmt: skip
    return str(value)


def _read(path: Path) -> Rulebook:
    import msgspec

    from liaison.register.records import Rulebook
    from liaison.wire.typed import convert, read_json

    optional: dict[str, object] = {
        "urgent_languages": [], "encryption": False, "signature": False, "requests": [], "steps": [], "remarks": None,
    }  # fmt: skip
    try:
        return convert(optional | read_json(read_file(path), dict[str, object]), Rulebook)
    except msgspec.DecodeError as error:
        raise MalformedError("rulebook-malformed", path=str(path), reason=str(error)[:200]) from error
