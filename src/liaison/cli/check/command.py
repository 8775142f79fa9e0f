"""Does every other node answer, and does a person? `liaison check run|ask|show|ours`.

    liaison check run                    look at every node of the register now, and say what was found
    liaison check run --to XD            at those of one State
    liaison check ask --to XD            ask a person there, in a message that owes an acknowledgement
    liaison check show --json            what the last checks found, and how fresh each entry is
    liaison check ours                   how this desk answered those who checked it, and the sums of other desks here

Invariants: exit 3 where a node that was looked at did not answer as it should, and told of no planned work that
explains it, so that a job can call it; the secretariat reads whether, as on its pages, and no times.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, note, show, table
from liaison.cli.register.choices import desk_option, own_desk, register_option, the_register
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.duty.checks.results import NodeResult
    from liaison.messages.parties import DeskRef, NodeRef
    from liaison.node.node import Node
    from liaison.node.reads.checks.results import AskedOfUs
    from liaison.node.reads.writing.drafts import Place

UNREACHABLE = 3
to_option = click.option("--to", "code", default="", help="Only the contact centres that answer for this code.")


@click.group()
def group() -> None:
    """See whether the other nodes and the persons there answer."""


@group.command()
@to_option
@register_option
@json_option
@click.pass_context
def run(context: click.Context, *, code: str, register: str, as_json: bool) -> None:
    """Look at every other node now."""
    node = open_node()
    from liaison.node.services.checks.asking import check_desk

    place = the_register(node, register)
    chosen, found = _peers(node, place, code), []
    for number, (own, desk) in enumerate(chosen, start=1):
        note(f"{number} of {len(chosen)}: {_name(node, place, desk)}")
        found.append((desk, check_desk(node, place, own, desk)))
    _show(node, place, found, as_json=as_json)
    context.exit(0 if all(each.good or each.excused for _, each in found) else UNREACHABLE)


@group.command()
@to_option
@desk_option
@register_option
@json_option
def ask(*, code: str, desk: str, register: str, as_json: bool) -> None:
    """Ask a person at each contact centre for an answer."""
    node = open_node()
    from liaison.node.services.checks.persons import ask_persons, askable

    place = _place(node, register, desk)
    wanted = {each for _, each in _peers(node, place.register, code)}
    asked = ask_persons(node, place, [each for each in askable(node, place) if each in wanted])
    failed = [{"desk": _name(node, place.register, each), "code": why} for each, why in asked.failed]
    lines = [
        f"{asked.sent} contact centres were asked.",
        *(f"Not asked: {each['desk']} ({each['code']})." for each in failed),
    ]
    show({"asked": asked.sent, "failed": failed}, lines, as_json=as_json)


@group.command("show")
@to_option
@desk_option
@register_option
@json_option
def show_(*, code: str, desk: str, register: str, as_json: bool) -> None:
    """Say what the last checks found."""
    node = open_node()
    from liaison.node.reads.checks.results import node_results

    place = _place(node, register, desk)
    known, chosen = node_results(node, place.register), _peers(node, place.register, code)
    found = [(each, known[each]) for _, each in chosen if each in known]
    _show(node, place.register, found, as_json=as_json, place=place)


@group.command()
@desk_option
@register_option
@json_option
def ours(*, desk: str, register: str, as_json: bool) -> None:
    """Say how a desk of this node answered those who checked it."""
    node = open_node()
    from liaison.duty.checks.results import standing
    from liaison.node.reads.checks.results import LOOKED_BACK, asked_of_us, sums

    place, now = _place(node, register, desk), node.clock.now()
    came = asked_of_us(node, place, since=now - LOOKED_BACK)
    stands = standing([each.took for each in reversed(came)], excused=[each.excused for each in reversed(came)])
    others = sums(node, place, now=now)
    value: dict[str, Any] = {
        "asked": stands.asked,
        "answered": stands.answered,
        "half_within_seconds": None if stands.half is None else round(stands.half.total_seconds()),
        "trend": stands.trend.value,
        "left_out_of_trend": stands.excused,
        "checks": [_came(node, place, each) for each in came],
        "other_desks_here": {"asked": others.asked, "answered": others.answered},
    }
    rows = [
        (each["by"], each["received"], each["answered"] or "nobody yet", ", ".join(_notable(each)))
        for each in value["checks"]
    ]
    lines = [f"{stands.asked} checks came, {stands.answered} were answered by a person; trend: {stands.trend.value}."]
    if stands.excused:
        lines.append(f"Left out of the trend, because planned work explains them: {stands.excused}.")
    show(value, [*lines, *table(rows)], as_json=as_json)


def _came(node: Node, place: Place, each: AskedOfUs) -> dict[str, Any]:
    took = None if each.took is None else round(each.took.total_seconds())
    by = _name(node, place.register, each.by)
    told = {"by": by, "received": _iso(each.received), "answered": _iso(each.answered), "seconds": took}
    return told | {"planned_work": each.planned is not None}


def _show(
    node: Node, register: str, found: list[tuple[DeskRef, NodeResult]], *, as_json: bool, place: Place | None = None
) -> None:
    from liaison.duty.checks.results import Audience, findings
    from liaison.node.reads.checks.fresh import freshness_of
    from liaison.node.reads.checks.results import audience_of
    from liaison.node.reads.register import directory

    entries = directory(node, register).desks()
    fresh = freshness_of(node, place, entries) if place is not None else {}
    own = Audience.OWN in {audience_of(each) for each in _readers(node, register, place)}
    value: list[dict[str, Any]] = []
    for desk, result in found:
        told: dict[str, Any] = {"desk": _name(node, register, desk), "participant": desk.participant}
        told |= {"answered": result.outcome.value == "answered"}
        if own:
            told |= {
                "outcome": result.outcome.value,
                "planned_work": result.at_work,
                "findings": [each.value for each in findings(result)],
                "asked": result.asked.isoformat(),
                "milliseconds": result.milliseconds,
                "clock_ahead_seconds": result.skew,
                "worker_silent_seconds": result.worker,
                "key_made": _iso(result.key_made),
                "duty_since": _iso(result.duty_since),
                "version": result.version,
            }
        if desk in fresh:
            known = fresh[desk]
            told |= {"confirmed": _iso(known.confirmed), "freshness": known.state.value}
            told |= {"person_answered": _iso(known.answered)} if own else {}
        value.append(told)
    rows = [
        (each["desk"], each.get("outcome", "answered" if each["answered"] else "not answered"),
         ", ".join(_notable(each)), each.get("freshness", ""))
        for each in value
    ]  # fmt: skip
    show(value, table(rows) or ["Nothing was looked at yet."], as_json=as_json)


def _notable(told: dict[str, Any]) -> list[str]:
    """What a line of the table says beside the outcome."""
    since = told.get("duty_since")
    planned = ["planned-work"] if told.get("planned_work") else []
    return [*told.get("findings", ()), *planned, *([f"on duty since {since}"] if since else [])]


def _readers(node: Node, register: str, place: Place | None) -> list[Place]:
    """For whom it is shown: one desk, or all of this node."""
    from liaison.node.reads.inbox import own_desks
    from liaison.node.reads.writing.drafts import Place

    return [place] if place is not None else [Place(register, desk) for desk in own_desks(node, register)]


def _iso(at: datetime | None) -> str | None:
    return at.astimezone().isoformat() if at is not None else None


def _place(node: Node, register: str, desk: str) -> Place:
    from liaison.node.reads.writing.drafts import Place

    followed = the_register(node, register)
    return Place(followed, own_desk(node, followed, desk, option="desk"))


def _peers(node: Node, register: str, code: str) -> list[tuple[NodeRef, DeskRef]]:
    """The desks to look at, with the node of ours that does. Raises UsageError where none answers for the code."""
    from liaison.node.reads.register import directory
    from liaison.node.services.checks.asking import peers_of

    found = directory(node, register)
    chosen = [
        (own, desk)
        for own, desk in peers_of(node, register)
        if not code or code.upper() in found.codes.get(desk.participant, ())
    ]
    if code and not chosen:
        raise UsageError("recipient-not-found", given=code[:80], count=0)
    return chosen


def _name(node: Node, register: str, desk: DeskRef) -> str:
    from liaison.cli.message.screen import plain
    from liaison.node.reads.register import directory

    state = directory(node, register).participants.get(desk.participant)
    return plain(f"{state.labels.name if state is not None else desk.participant[:8]} / {desk.desk}")
