"""How is help with norms found and begun at a terminal? `liaison conduct help list|introduce|introductions|…`

    liaison conduct help list --language fr               what meets what we seek and offer, and why
    liaison conduct help introduce 5d0c --dry-run         what an introduction would say; without it, it is sent
    liaison message reply 0192f0 --form help-outcome --field outcome=given
    liaison conduct help introductions                    and what came of them
    liaison conduct help practices disclosure
    liaison conduct help note 0192f0c1-… "un-norms-2015 norm-j"

Invariants: only what others chose to show to the participant of the desk; the order is that of norms and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from liaison.cli.conduct import help_words as words
from liaison.cli.output import json_option, show
from liaison.cli.register.choices import desk_option, own_seat, register_option
from liaison.cli.request.places import open_seat, tell_gone
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.messages.forms.checking import Norm


@click.group()
def group() -> None:
    """Help with norms: who seeks it, who offers it, and what came of it."""


@group.command("list")
@click.option("--norm", default="", metavar="TEXT[ CLAUSE]", help="As 'un-norms-2015' or 'un-norms-2015 norm-j'.")
@click.option("--language", default="", help="Only matches with this language in common.")
@click.option("--area", default="", help="Only matches with this part of the world in common, as 'africa'.")
@click.option("--hours", is_flag=True, help="Only matches with working hours in common.")
@desk_option
@register_option
@json_option
def list_(*, norm: str, language: str, area: str, hours: bool, desk: str, register: str, as_json: bool) -> None:
    """Show what help is sought and offered, and what of it meets our own."""
    node, seat = open_seat(register, desk)
    from liaison.conduct.help import Wanted
    from liaison.node.reads.conduct.help import help_board

    wanted = Wanted(norm=norm, language=language, area=area, hours=hours)
    board = help_board(node, seat.register, seat.desk, wanted=wanted, whole=True)
    show(words.board_value(board), words.board_lines(board), as_json=as_json)


@group.command()
@click.argument("match")
@click.option("--to", "recipient", default="", metavar="CODE[/DESK]", help="Default: their desk of the kind ours is.")
@click.option("--subject", default="", help="Default: the norm it is about.")
@click.option("--lang", default="en", show_default=True, help="Language of --subject.")
@click.option("--dry-run", is_flag=True, help="Print the fields and send nothing.")
@desk_option
@register_option
@json_option
def introduce(*, match: str, recipient: str, subject: str, lang: str, dry_run: bool, **rest: Any) -> None:
    """Send an introduction about a MATCH that `list` names; it begins a case between the two desks."""
    node, seat = open_seat(rest["register"], rest["desk"])
    from liaison.conduct.help import introduction_fields
    from liaison.conduct.reports import Worded
    from liaison.node.reads.conduct.help import desk_to_meet, find_match
    from liaison.node.reads.recipients import find_recipient
    from liaison.node.services.conduct.introducing import introduce as send
    from liaison.node.services.people.audit import SYSTEM

    found = find_match(node, seat.register, seat.desk, match)
    norm = found.ours.norm
    fields = introduction_fields(found, Worded(lang, subject or f"Help with {norm.instrument} {norm.clause}"))
    if dry_run:
        show(fields, words.field_lines(fields), as_json=rest["as_json"])
        return
    there = found.theirs.participant
    to = find_recipient(node, seat.register, recipient) if recipient else None
    to = to or desk_to_meet(node, seat.register, seat.desk, there)
    tell_gone(node, seat.register, send(node, seat, fields, to=to, by=SYSTEM), as_json=rest["as_json"])


@group.command("introductions")
@desk_option
@register_option
@json_option
def introductions_(*, desk: str, register: str, as_json: bool) -> None:
    """List the introductions of a desk and what came of each."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.conduct.introductions import introductions
    from liaison.node.reads.desk.listing import Reader

    found = introductions(node, seat.register, seat.desk, reader=Reader(contents=True))
    lines = words.introduction_lines(node, found) or ["No introductions."]
    show([words.introduction_value(each) for each in found], lines, as_json=as_json)


@group.command()
@click.argument("search", nargs=-1)
@desk_option
@register_option
@json_option
def practices(*, search: tuple[str, ...], desk: str, register: str, as_json: bool) -> None:
    """Search the practices that participants chose to share, by words that all have to stand there."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.conduct.help import shared_practices

    found = shared_practices(node, seat.register, seat.desk, words=" ".join(search))
    lines = words.practice_lines(found) or ["No practice that is shared bears these words."]
    show([words.practice_value(each) for each in found], lines, as_json=as_json)


@group.command()
@desk_option
@register_option
@json_option
def cases(*, desk: str, register: str, as_json: bool) -> None:
    """Show how the desk's own cases with a norm went; for this desk alone."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.conduct.own_cases import own_cases
    from liaison.node.reads.desk.listing import Reader

    found = own_cases(node, seat.register, seat.desk, reader=Reader(contents=True))
    show(words.own_cases_value(found), words.own_cases_lines(found), as_json=as_json)


@group.command()
@click.argument("case")
@click.argument("norm")
@click.option("--drop", is_flag=True, help="Take the note back.")
@desk_option
@register_option
@json_option
def note(*, case: str, norm: str, drop: bool, desk: str, register: str, as_json: bool) -> None:
    """Note beside a CASE, for this desk alone, that it has to do with a NORM: 'un-norms-2015 norm-j'."""
    node = open_node()
    from liaison.node.services.conduct.noting import drop_norm, note_norm
    from liaison.node.services.people.audit import SYSTEM
    from liaison.officers.permissions import Role

    seat, change = own_seat(node, register, desk, Role.OFFICER), drop_norm if drop else note_norm
    change(node, seat, case, _norm(norm), by=SYSTEM)
    show({"case": case, "norm": norm, "noted": not drop}, ["Taken back." if drop else "Noted."], as_json=as_json)


def _norm(text: str) -> Norm:
    from liaison.messages.forms.checking import Norm

    instrument, _, clause = text.strip().partition(" ")
    if not instrument or not clause.strip():
        raise UsageError("norm-not-known", instrument=instrument[:32], clause=clause[:32])
    return Norm(instrument, clause.strip())
