r"""How is evidence collected, handed over and handed on at a terminal?

    liaison evidence add 019a… disk.img --what "Image of a server's disk"
    liaison evidence hand-over 9f86d081 --to XD --purpose "Proceedings for fraud" --readers persons-of-the-case \
        --onward ask-first --destroy-by 2027-06-01T00:00:00Z
    liaison evidence ask 9f86d081 --to XE --why "The accounts are kept there"
    liaison evidence answer 0192f0c1 --allow

Invariants: files are read once, hashed and sealed as they pass; an officer sees the conditions before they are signed.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.write import read_chunks
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import FOUND, desk_option, own_seat, register_option
from liaison.cli.request.places import tell_gone
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.officers.permissions import Role

if TYPE_CHECKING:
    from liaison.cooperation.evidence.conditions import UseConditions

lang_option = click.option("--lang", default="en", show_default=True, help="Language of the words given.")
ENDINGS = {"return_by": "return", "destroy_by": "destroy"}


@click.command()
@click.argument("case")
@click.argument("files", type=FOUND, nargs=-1, required=True)
@click.option("--what", required=True, help="What it is, in words.")
@click.option("--remark", default="", help="How and where it was collected, in one line.")
@lang_option
@desk_option
@register_option
@json_option
def add(*, case: str, files: tuple[Path, ...], what: str, lang: str, as_json: bool, **rest: str) -> None:
    """Make evidence of files, in a CASE of the desk."""
    node = open_node()
    from liaison.cooperation.evidence.conditions import Words
    from liaison.node.services.evidence.adding import Source, add_evidence
    from liaison.node.services.line.transcripts import find_own_case
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, rest["register"], rest["desk"], Role.OFFICER)
    found, _ = find_own_case(node, case, seat.desk)
    sources = [
        Source(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", read_chunks(path))
        for path in files
    ]
    evidence = add_evidence(node, seat, found, sources, Words(lang, what), by=SYSTEM, remark=rest["remark"])
    show({"evidence": evidence, "case": found}, [f"evidence {evidence}", f"  in case {found}"], as_json=as_json)


@click.command("hand-over")
@click.argument("evidence")
@click.option("--to", "recipient", required=True, metavar="CODE[/DESK]")
@click.option(
    "--purpose", default="", help="What alone it may be used for. Left out: the conditions that bind this desk."
)
@click.option("--proceedings", help="Their reference.")
@click.option("--readers", default="persons-of-the-case", show_default=True, help="Who may read it.")
@click.option("--onward", default="ask-first", show_default=True, help="not-allowed, ask-first or same-conditions.")
@click.option("--return-by", help="To be given back by then, as 2027-06-01T00:00:00Z.")
@click.option("--destroy-by", help="To be destroyed by then.")
@click.option("--other", help="Other conditions.")
@click.option("--tlp", type=click.Choice(["red", "amber-strict", "amber", "green", "clear"]), default="amber")
@click.option("--host-may-read", is_flag=True, help="Send red or amber-strict although a host opens it.")
@lang_option
@desk_option
@register_option
@json_option
def hand_over_(*, evidence: str, recipient: str, as_json: bool, **rest: Any) -> None:
    """Hand EVIDENCE over to a desk, with the conditions of its use."""
    node = open_node()
    from liaison.node.reads.recipients import find_recipient
    from liaison.node.services.evidence.giving import HandOver, hand_over
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, rest["register"], rest["desk"], Role.OFFICER)
    wish = HandOver(
        to=find_recipient(node, seat.register, recipient),
        conditions=_conditions(rest),
        tlp=rest["tlp"],
        host_may_read=rest["host_may_read"],
    )
    gone = hand_over(node, seat, evidence, wish, by=SYSTEM, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)


@click.command()
@click.argument("evidence")
@click.option("--to", "recipient", required=True, metavar="CODE[/DESK]", help="Who shall get it.")
@click.option("--why", required=True)
@lang_option
@desk_option
@register_option
@json_option
def ask(*, evidence: str, recipient: str, why: str, lang: str, desk: str, register: str, as_json: bool) -> None:
    """Ask the desk that collected EVIDENCE whether it may go on to another."""
    node = open_node()
    from liaison.node.reads.recipients import find_recipient
    from liaison.node.services.evidence.onward import ask_onward
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.OFFICER)
    to = find_recipient(node, seat.register, recipient)
    gone = ask_onward(node, seat, evidence, to, {"lang": lang, "text": why}, by=SYSTEM, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)


@click.command()
@click.argument("message")
@click.option("--allow/--refuse", "allowed", required=True)
@click.option("--remark")
@lang_option
@desk_option
@register_option
@json_option
def answer(
    *, message: str, allowed: bool, remark: str | None, lang: str, desk: str, register: str, as_json: bool
) -> None:
    """Answer the MESSAGE that asks to hand evidence of this desk on."""
    node = open_node()
    from liaison.node.services.evidence.onward import answer_onward
    from liaison.node.services.people.audit import SYSTEM

    seat = own_seat(node, register, desk, Role.OFFICER)
    words = {"lang": lang, "text": remark} if remark else None
    gone = answer_onward(node, seat, message, allowed=allowed, by=SYSTEM, remark=words, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)


def _conditions(rest: dict[str, Any]) -> UseConditions | None:
    """What the options say; None where they leave it to the conditions that bind the desk. Raises UsageError."""
    from liaison.cooperation.evidence.conditions import conditions_of

    if not rest["purpose"]:
        return None
    ends = {name: rest[name] for name in ENDINGS if rest[name]}
    if len(ends) > 1:
        raise UsageError("choice-not-clear", what="--return-by", given="--destroy-by", count=2)
    fields: dict[str, Any] = {
        "purpose": {"lang": rest["lang"], "text": rest["purpose"]},
        "proceedings": rest["proceedings"],
        "onward": rest["onward"],
        "confidentiality": rest["readers"],
        "ending": next((ENDINGS[name] for name in ends), "keep"),
        "ends_by": next(iter(ends.values()), None),
        "other": {"lang": rest["lang"], "text": rest["other"]} if rest["other"] else None,
    }
    return conditions_of(fields)
