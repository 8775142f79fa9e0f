"""How are requests decided, answered, extended, taken back and closed at a terminal? `liaison request decide|answer|…`

    liaison request seen 019ac1                                          a person here has it
    liaison request decide 019ac1 accepted
    liaison request answer 019ac1 --executed --field secured=all --field preserved_until=2027-01-31 --last
    liaison request say 019ac1 request-consultation --field considered=refusing --field reasons="…"
    liaison request decide 019ac1 refused --field grounds=essential-interests
    liaison request step 019ac1 ordered --zone Africa/Nairobi            a step at home, and its clock

Invariants: what the text of the request does not allow is refused here, with the reason, before anything is sent.
"""

from __future__ import annotations

from typing import Any

import click

from liaison.cli.message.write import writing_options, written
from liaison.cli.output import json_option, note, show
from liaison.cli.register.choices import desk_option, register_option
from liaison.cli.request.places import open_seat, read_instant, reserved_words, tell_gone

DECISIONS = ("under-review", "accepted", "partly", "postponed", "refused")
EXECUTIONS = ("not-begun", "under-way", "executed", "partly", "impossible")


@click.command()
@click.argument("request")
@desk_option
@register_option
@json_option
def seen(*, request: str, desk: str, register: str, as_json: bool) -> None:
    """Say that a person here has a request, and tick off what this desk was told of its dates."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.cooperation.acting import review
    from liaison.node.services.cooperation.finding import find_request
    from liaison.node.services.cooperation.reminding import see_reminders
    from liaison.node.services.people.audit import SYSTEM

    found = find_request(node, seat, request).request
    told = found.side_of(seat.desk).value == "requested" and review(node, seat, found.root, by=SYSTEM)
    ticked = see_reminders(node, seat, found.case, found.root, by=SYSTEM)
    said = "The other side is told that a person has it." if told else "Nothing had to be said."
    show({"told": told, "reminders": ticked}, [said, f"{ticked} reminders ticked off."], as_json=as_json)


@click.command()
@click.argument("request")
@click.argument("decision", type=click.Choice(DECISIONS))
@click.option("--execution", type=click.Choice(EXECUTIONS), default="not-begun", show_default=True)
@click.option("--shorter", is_flag=True, help="A date below the least of the text is meant.")
@writing_options
@desk_option
@register_option
@json_option
def decide(*, request: str, decision: str, execution: str, as_json: bool, **rest: Any) -> None:
    """Tell what was decided about a REQUEST; more answers may follow."""
    fields = {"decision": decision, "execution": execution, "last": False}
    _say(request, "request-answer", fields, rest, as_json=as_json)


@click.command()
@click.argument("request")
@click.option("--partly", is_flag=True, help="Only in part.")
@click.option("--last", is_flag=True, help="Nothing more follows from this side.")
@click.option("--shorter", is_flag=True, help="A date below the least of the text is meant.")
@writing_options
@desk_option
@register_option
@json_option
def answer(*, request: str, partly: bool, last: bool, as_json: bool, **rest: Any) -> None:
    """Tell that a REQUEST was executed, and give what was asked for."""
    decision, execution = ("partly", "partly") if partly else ("accepted", "executed")
    fields = {"decision": decision, "execution": execution, "last": last}
    _say(request, "request-answer", fields, rest, as_json=as_json)


@click.command()
@click.argument("request")
@click.argument("form", type=click.Choice(["request-clarification", "request-consultation", "request-supplement"]))
@writing_options
@desk_option
@register_option
@json_option
def say(*, request: str, form: str, as_json: bool, **rest: Any) -> None:
    """Ask back about a REQUEST, consult before deciding, or answer such a question."""
    _say(request, form, {}, rest, as_json=as_json)


@click.command()
@click.argument("request")
@click.option("--clock", default="", help="Which time limit; by default the one that lapses.")
@click.option("--until", required=True, metavar="DAY", help="The new last day, as 2027-01-31.")
@writing_options
@desk_option
@register_option
@json_option
def extend(*, request: str, clock: str, until: str, as_json: bool, **rest: Any) -> None:
    """Ask for more time for a step of a REQUEST, or give it. For preservation, send preservation-extension."""
    fields = {"until": until} | ({"clock": clock} if clock else {})
    _say(request, "request-extension", fields, rest, as_json=as_json)


@click.command()
@click.argument("request")
@click.option("--cause", default="no-longer-needed", show_default=True)
@click.option("--release", is_flag=True, help="What was preserved for it may be released.")
@writing_options
@desk_option
@register_option
@json_option
def withdraw(*, request: str, cause: str, release: bool, as_json: bool, **rest: Any) -> None:
    """Take a REQUEST back."""
    _say(request, "request-withdrawal", {"cause": cause, "release": release}, rest, as_json=as_json)


@click.command()
@click.argument("request")
@desk_option
@register_option
@json_option
def status(*, request: str, desk: str, register: str, as_json: bool) -> None:
    """Ask how a REQUEST stands, or tell it where the other side asked."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.cooperation.acting import query_status, tell_status
    from liaison.node.services.cooperation.finding import find_request
    from liaison.node.services.people.audit import SYSTEM

    found = find_request(node, seat, request).request
    act = query_status if found.side_of(seat.desk).value == "requesting" else tell_status
    tell_gone(node, seat.register, act(node, seat, found.root, by=SYSTEM, leased=True), as_json=as_json)


@click.command()
@click.argument("request")
@click.option("--outcome", default="resolved", show_default=True)
@writing_options
@desk_option
@register_option
@json_option
def close(*, request: str, outcome: str, as_json: bool, **rest: Any) -> None:
    """Close a REQUEST that this side made."""
    _say(request, "close", {"outcome": outcome}, rest, as_json=as_json)


@click.command()
@click.argument("request")
@click.argument("what", type=click.Choice(["ordered", "served", "returned", "arrested"]))
@click.option("--at", default="now", show_default=True, help="When, as 2026-12-01T09:00:00Z.")
@click.option("--zone", default="UTC", show_default=True, help="By the days of which zone its time counts.")
@click.option("--reference", default="", help="The order's own reference.")
@desk_option
@register_option
@json_option
def step(*, request: str, what: str, at: str, zone: str, reference: str, as_json: bool, **rest: Any) -> None:
    """Note a step that was taken at home for a REQUEST; it stays on this node."""
    node, seat = open_seat(rest["register"], rest["desk"])
    from liaison.cooperation.clock_rules import Event as Moment
    from liaison.node.services.cooperation.at_home import Taken, note_step
    from liaison.node.services.people.audit import SYSTEM

    when = node.clock.now() if at == "now" else read_instant(at)
    note_step(node, seat, request, Taken(Moment(what), when, zone, reference), by=SYSTEM)
    show({"step": what, "at": when.isoformat()}, [f"Noted: {what}."], as_json=as_json)


def _say(request: str, form: str, fields: dict[str, Any], rest: dict[str, Any], *, as_json: bool) -> None:
    node, seat = open_seat(rest["register"], rest["desk"])
    from liaison.node.services.cooperation.acting import Said, check_step, say_step
    from liaison.node.services.people.audit import SYSTEM

    given = written(node, form, rest)
    said = Said(
        root=request,
        form=form,
        fields=fields | given["fields"],
        attachments=given["attachments"],
        shorter=bool(rest.get("shorter")),
        leased=True,
    )
    unsure = check_step(node, seat, said)
    tell_gone(node, seat.register, say_step(node, seat, said, by=SYSTEM), as_json=as_json)
    for each in unsure:
        note(f"{reserved_words(each)}. The official text decides.")
