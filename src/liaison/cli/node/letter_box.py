"""Who keeps this node's letters, and whose does it keep? `liaison node letter-box use|leave|fetch|keep|show`."""

from __future__ import annotations

import click
import msgspec

from liaison.cli.message.screen import local
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import place_options, register_option, the_participant, the_place, the_register
from liaison.cli.session import chosen_home, open_node
from liaison.errors import UsageError


@click.group("letter-box")
def group() -> None:
    """Letters for a node that nobody can call wait at another node until it fetches them."""


@group.command("use")
@click.argument("keeper")
@click.option("--at-node", default="main", show_default=True, help="Which node of that participant.")
@place_options
@json_option
def use(*, keeper: str, at_node: str, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """Have the node of the participant KEEPER keep this node's letters, and publish that in its address record."""
    node = open_node()
    from liaison.messages.parties import NodeRef
    from liaison.node.services.letterbox.own_boxes import use_letter_box

    place = the_place(node, register, participant, node_id)
    by = NodeRef(the_participant(node, place.register, keeper), at_node)
    terms, handed = use_letter_box(node, place, by)
    value = {
        "by": {"participant": by.participant, "node": by.node},
        "terms": msgspec.to_builtins(terms),
        "entries": [each.index for each in handed],
    }
    lines = [
        f"{by.participant[:8]}/{by.node} keeps the letters of {place.participant[:8]}/{place.node}: at most "
        f"{terms.letters} letters and {terms.bytes >> 20} MiB, for {terms.days} days.",
        "It sees who writes to this node and when, never what.",
    ]
    show(value, lines, as_json=as_json)


@group.command("leave")
@click.argument("keeper")
@click.option("--at-node", default="main", show_default=True, help="Which node of that participant.")
@place_options
@json_option
def leave(*, keeper: str, at_node: str, register: str, participant: str, node_id: str, as_json: bool) -> None:
    """No longer have KEEPER keep this node's letters; fetch what lies there first."""
    node = open_node()
    from liaison.messages.parties import NodeRef
    from liaison.node.services.letterbox.own_boxes import leave_letter_box

    place = the_place(node, register, participant, node_id)
    by = NodeRef(the_participant(node, place.register, keeper), at_node)
    handed = leave_letter_box(node, place, by)
    value = {"by": {"participant": by.participant, "node": by.node}, "entries": [each.index for each in handed]}
    show(value, [f"{by.participant[:8]}/{by.node} is no letter box of this node any more."], as_json=as_json)


@group.command("fetch")
@json_option
def fetch(*, as_json: bool) -> None:
    """Fetch now what others left for this node, and answer; the worker does the same by itself."""
    node = open_node()
    from liaison.node.services.letterbox.collecting import collect_all
    from liaison.node.work.worker import work_through

    found = collect_all(node)
    # The receipts of what was taken: a laptop that fetches and is shut again has answered.
    work_through(node)
    value = {"taken": found.taken, "left": found.left}
    show(value, [f"{found.taken} letters taken, {found.left} cannot be taken now."], as_json=as_json)


@group.command("keep")
@click.argument("participants", nargs=-1, required=True)
@click.option("--days", type=click.IntRange(1, 60), help="How long, if nobody fetches.")
@click.option("--letters", type=click.IntRange(1, 1_000_000), help="At most so many for each of their nodes.")
@click.option("--mebibytes", type=click.IntRange(1, 1 << 20), help="At most so much for each of their nodes.")
@register_option
@json_option
def keep(
    *,
    participants: tuple[str, ...],
    days: int | None,
    letters: int | None,
    mebibytes: int | None,
    register: str,
    as_json: bool,
) -> None:
    """Agree to keep the letters of PARTICIPANTS (with those agreed before); in force when the node starts again."""
    node = open_node()
    from liaison.node.config import read_config
    from liaison.node.homes import replace_config

    if not node.config.address.url:
        raise UsageError("letter-box-needs-a-door")
    place = the_register(node, register)
    ids = [the_participant(node, place, each) for each in participants]
    home = chosen_home()
    config = read_config(home)
    given = {"days": days, "letters": letters, "mebibytes": mebibytes}
    changed = {name: value for name, value in given.items() if value is not None}
    agreed = tuple(dict.fromkeys([*config.letter_box.keeps_for, *ids]))
    terms = msgspec.structs.replace(config.letter_box, keeps_for=agreed, **changed)
    replace_config(home, msgspec.structs.replace(config, letter_box=terms))
    lines = [
        f"Keeps the letters of {len(agreed)} participants: for each of their nodes at most {terms.letters} letters "
        f"and {terms.mebibytes} MiB, for {terms.days} days.",
        "In force when the node starts again.",
    ]
    show(msgspec.to_builtins(terms), lines, as_json=as_json)


@group.command("show")
@json_option
def show_boxes(*, as_json: bool) -> None:
    """Which nodes keep this node's letters, when they were asked; and what this node keeps for others."""
    node = open_node()
    from liaison.node.reads.letter_boxes import kept_counts
    from liaison.node.services.letterbox.own_boxes import own_letter_boxes
    from liaison.wire.identifiers import format_instant

    own, kept = own_letter_boxes(node), kept_counts(node)
    value = {
        "own": [
            {
                "for": {"participant": each.place.participant, "node": each.place.node},
                "by": {"participant": each.by.participant, "node": each.by.node},
                "asked": format_instant(each.asked_at) if each.asked_at else None,
                "emptied": format_instant(each.emptied_at) if each.emptied_at else None,
                "last_error": each.last_error or None,
            }
            for each in own
        ],
        "kept": [
            {"for": {"participant": each.owner.participant, "node": each.owner.node}, "letters": each.letters,
             "bytes": each.size}
            for each in kept
        ],
    }  # fmt: skip
    lines = [
        f"kept by {each.by.participant[:8]}/{each.by.node}  asked {local(each.asked_at) if each.asked_at else 'never'}"
        f"{'  ' + each.last_error if each.last_error else ''}"
        for each in own
    ]
    lines += [
        f"keeps for {each.owner.participant[:8]}/{each.owner.node}  {each.letters} letters, {each.size} bytes"
        for each in kept
    ]
    show(value, lines or ["No letter box, here or elsewhere."], as_json=as_json)
