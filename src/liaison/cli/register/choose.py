"""How does an officer settle what the register leaves open? `liaison register pin` and `confirm-pending`.

    liaison register pin                        every dispute: both sets of root keys, and what the own desks chose
    liaison register pin 9ab0c1 --desk duty     this desk relies on 9ab0c1…, after telephoning
    liaison register confirm-pending            every key that no quorum has seen, with its words
    liaison register confirm-pending 77d300/duty --channel telephone --words "liluf-…"      it was read out like this

Invariants: nothing is chosen for the officer; a choice is the own desk's alone and is never published.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import own_desk, register_option, the_participant, the_register
from liaison.cli.session import open_node
from liaison.errors import UsageError

CHANNELS = ("note-verbale", "in-person", "telephone", "video", "openpgp")


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


@click.command("confirm-pending")
@click.argument("desk", default="", metavar="[PARTICIPANT/DESK]")
@click.option("--words", default="", help="The words, or the fingerprint, as the other side read them out.")
@click.option("--channel", type=click.Choice(CHANNELS), help="How they were read out.")
@register_option
@json_option
def confirm_pending(*, desk: str, words: str, channel: str | None, register: str, as_json: bool) -> None:
    """Show keys that are only pending, or note that one was confirmed by call-back, so that it may be sealed with."""
    node = open_node()
    from liaison.keys.words import format_words, parse_words
    from liaison.node.reads.caution.pending import pending_desks
    from liaison.node.services.choices import call_back
    from liaison.node.unit_of_work import reading
    from liaison.register.vocabulary import Channel

    place = the_register(node, register)
    if desk:
        if not words or channel is None:
            raise UsageError("call-back-not-said", desk=desk[:80])
        who, _, name = desk.partition("/")
        fingerprint = words if len(words) == 64 else parse_words(words)
        owner = the_participant(node, place, who)
        call_back(node, register=place, participant=owner, desk=name, fingerprint=fingerprint, channel=Channel(channel))
    with reading(node):
        found = list(pending_desks(place))
    told = [format_words(each.fingerprint) if each.fingerprint else None for each in found]
    value = [dataclasses.asdict(each) | {"words": words} for each, words in zip(found, told, strict=True)]
    lines = [line for each in value for line in _pending_lines(each)]
    show(value, lines or ["No desk has a key that is only pending."], as_json=as_json)


def _pending_lines(value: dict[str, Any]) -> list[str]:
    from liaison.cli.message.screen import plain

    state = "confirmed by call-back" if value["called_back"] else "not used: call back, then confirm"
    return [
        f"{value['participant'][:16]}/{value['desk']}  {plain(value['name'])}  pending, {state}",
        f"    {value['words'] or 'its key is not here yet: liaison register sync'}",
    ]


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
