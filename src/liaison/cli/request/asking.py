"""How is a request written, sent, or noted as spoken, at a terminal? `liaison request draft|send|oral`.

    liaison request draft preservation-request > request.json       every field it must have, to be filled in
    liaison request send preservation-request --to XD --fields request.json --field data="Mail of …" --wanted-by …
    liaison request draft preservation-extension --after 019ac1 > more.json
    liaison request send preservation-extension --after 019ac1 --fields more.json
    liaison request oral preservation-request --to XD --summary "…"  the call goes on record, and the clock runs

Invariants: what is left empty in a draft is not sent; what the text or the other side's rules demand and is missing is
said before anything leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.write import writing_options, written
from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import desk_option, register_option
from liaison.cli.request.places import open_seat, read_instant, require_request, tell_gone
from liaison.errors import At, UsageError
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.node.node import Node

after_option = click.option("--after", default="", help="The earlier request that it extends or carries on.")


@click.command()
@click.argument("form")
@after_option
@desk_option
@register_option
@click.option("--all", "every", is_flag=True, help="Optional fields too.")
@json_option
def draft(*, form: str, after: str, desk: str, register: str, every: bool, as_json: bool) -> None:
    """Print the fields of a request in FORM as JSON, with what an earlier one already says."""
    import json

    from liaison.messages.forms import latest_form

    require_request(form)

    fields: dict[str, Any] = {}
    if after:
        node, seat = open_seat(register, desk)
        from liaison.node.services.cooperation.following import carried_over

        fields = carried_over(node, seat, after, form)
    wanted = latest_form(form).fields
    empty = {name: _empty(each.type) for name, each in wanted.items() if (each.required or every)}
    show(empty | fields, [json.dumps(empty | fields, ensure_ascii=False, indent=2)], as_json=as_json)
    rows = [(each.name, each.type, "required" if each.required else "", each.en) for each in wanted.values()]
    for line in table(rows):
        note(line)


@click.command()
@click.argument("form")
@click.option("--to", "recipients", multiple=True, metavar="CODE[/DESK]", help="Whom to ask; with --after not needed.")
@after_option
@click.option("--new-case", is_flag=True, help="With --after: in a case of its own, to the desks of --to.")
@click.option("--wanted-by", help="Until when an answer is wanted, as 2026-12-01T09:00:00Z.")
@click.option("--incomplete", is_flag=True, help="Send although something that is demanded is missing.")
@click.option("--exercise", is_flag=True, help="Mark as an exercise, for ever.")
@writing_options
@desk_option
@register_option
@json_option
def send(*, form: str, recipients: tuple[str, ...], after: str, as_json: bool, **rest: Any) -> None:
    """Send a request in FORM to a desk of another participant."""
    node, seat = open_seat(rest["register"], rest["desk"])
    require_request(form)
    from liaison.node.reads.recipients import find_recipient
    from liaison.node.services.cooperation.acting import Asked, ask
    from liaison.node.services.people.audit import SYSTEM

    given = written(node, form, rest)
    given["fields"] = {name: value for name, value in given["fields"].items() if value != _empty_like(value)}
    given.pop("stage", None)
    asked = Asked(
        form=form,
        to=tuple(find_recipient(node, seat.register, each) for each in recipients),
        linked=after,
        here=bool(after) and not rest["new_case"],
        exercise=rest["exercise"],
        wanted_by=_wanted_by(node, rest["wanted_by"]),
        incomplete=rest["incomplete"],
        leased=True,
        **given,
    )
    tell_gone(node, seat.register, ask(node, seat, asked, by=SYSTEM), as_json=as_json)


def _wanted_by(node: Node, text: str | None) -> str | None:
    """Until when an answer is wanted, which has to lie ahead. Raises UsageError."""
    if not text:
        return None
    at = read_instant(text)
    if at <= node.clock.now():
        raise UsageError("wanted-by-passed", at=At(format_instant(at)))
    return format_instant(at)


@click.command()
@click.argument("form")
@click.option("--to", "recipients", multiple=True, required=True, metavar="CODE[/DESK]", help="Who was on the line.")
@click.option("--summary", required=True, help="What was asked, in a few sentences.")
@click.option("--instrument", required=True, help="The text it rests on.")
@click.option("--at", default="now", show_default=True, help="When, as 2026-12-01T09:00:00Z.")
@click.option("--received", is_flag=True, help="This desk was called.")
@click.option("--called-back", is_flag=True, help="The number was confirmed by calling back.")
@click.option("--lang", default="en", show_default=True, help="Language of the summary.")
@click.option("--exercise", is_flag=True, help="Mark as an exercise, for ever.")
@desk_option
@register_option
@json_option
def oral(*, form: str, recipients: tuple[str, ...], at: str, received: bool, as_json: bool, **rest: Any) -> None:
    """Note that a request in FORM was made by telephone: it has to be confirmed in writing."""
    node, seat = open_seat(rest["register"], rest["desk"])
    from liaison.node.reads.recipients import find_recipient
    from liaison.node.services.cooperation.spoken import Spoken, note_spoken
    from liaison.node.services.people.audit import SYSTEM

    spoken = Spoken(
        to=tuple(sorted(find_recipient(node, seat.register, each) for each in recipients)),
        form=form,
        instrument=rest["instrument"],
        at=node.clock.now() if at == "now" else read_instant(at),
        summary=rest["summary"],
        language=rest["lang"],
        made=not received,
        called_back=rest["called_back"],
        exercise=rest["exercise"],
    )
    tell_gone(node, seat.register, note_spoken(node, seat, spoken, by=SYSTEM), as_json=as_json)


def _empty(type_: str) -> Any:
    return {"text": {"lang": "en", "text": ""}, "flag": None, "codes": [], "observables": []}.get(type_, "")


def _empty_like(value: Any) -> Any:
    """What a field of this value looks like when nobody filled it in."""
    if isinstance(value, dict) and value.keys() == {"lang", "text"}:
        return {"lang": value["lang"], "text": ""}
    return [] if isinstance(value, list) else "" if isinstance(value, str) else None
