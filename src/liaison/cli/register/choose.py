"""How does an officer settle what the register leaves open? `liaison register pin [PARTICIPANT]`.

    liaison register pin                        every dispute: both sets of root keys, and what the own desks chose
    liaison register pin 9ab0c1 --desk duty     this desk relies on 9ab0c1…, after telephoning

Invariants: nothing is chosen for the officer; a choice is the own desk's alone and is never published.
"""

from __future__ import annotations

from typing import Any

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import own_desk, register_option, the_participant, the_register
from liaison.cli.session import open_node


@click.command()
@click.argument("participant", default="")
@click.option("--desk", default="", help="Own desk that chooses, where this node has several.")
@register_option
@json_option
def pin(*, participant: str, desk: str, register: str, as_json: bool) -> None:
    """Show both sides of disputed keys, or choose the one an own desk relies on."""
    node = open_node()
    from liaison.node.reads.caution.disputes import disputes
    from liaison.node.services.choices import pin_keys

    place = the_register(node, register)
    if participant:
        chosen = the_participant(node, place, participant)
        pin_keys(node, register=place, desk=own_desk(node, place, desk, option="desk"), participant=chosen)
    value = [_value(each) for each in disputes(node, place)]
    lines = [line for each in value for line in _lines(each)]
    show(value, lines or ["Nobody's keys are disputed."], as_json=as_json)


def _value(dispute: Any) -> dict[str, Any]:
    from liaison.keys.words import format_words

    return {
        "family": dispute.family,
        "rivals": [
            {
                "participant": each.participant,
                "name": each.name,
                "readmitted": each.readmitted,
                "threshold": each.threshold,
                "roots": [{"fingerprint": root, "words": format_words(root)} for root in each.roots],
            }
            for each in dispute.rivals
        ],
        "pins": [
            {"participant": participant, "desk": desk, "chosen": chosen} for participant, desk, chosen in dispute.pins
        ],
    }


def _lines(value: dict[str, Any]) -> list[str]:
    from liaison.cli.message.screen import plain

    lines = [f"Disputed keys of {plain(value['rivals'][0]['name']) if value['rivals'] else value['family'][:16]}"]
    for each in value["rivals"]:
        came = "re-admitted" if each["readmitted"] else "admitted first"
        lines.append(f"  {each['participant'][:16]}  {came}, {each['threshold']} of these roots:")
        lines += [f"    {root['words']}" for root in each["roots"]]
    for each in value["pins"]:
        lines.append(f"  your desk {each['desk']} relies on {each['chosen'][:16]}")
    return lines if value["pins"] else [*lines, "  None of your desks chose: nothing can be sent to either."]
