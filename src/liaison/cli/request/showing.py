"""Which requests does a desk have, how does one stand, and what is due? `liaison request list|show|calendar|figures`.

$ liaison request list
019ac1f0  preservation-request  asked by XC  answered  preservation until 2027-01-26 (UTC)
$ liaison request calendar -o dates.ics
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.message.screen import Names, local, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import desk_option, register_option
from liaison.cli.request.places import due_words, open_seat, reserved_words
from liaison.errors import UsageError
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from liaison.cooperation.requests import Request
    from liaison.node.reads.cooperation.grounds import ReservedGround
    from liaison.node.reads.cooperation.listing import ClockRead
    from liaison.node.reads.cooperation.showing import Shown

SHORT = 13


@click.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over too.")
@click.option("--ours/--theirs", default=None, help="Only those this side made, or only those it got.")
@desk_option
@register_option
@json_option
def list_(*, every: bool, ours: bool | None, desk: str, register: str, as_json: bool) -> None:
    """List the requests of a desk, the one that is due first before all others."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.cooperation.listing import Wanted, list_requests, unseen_reminders

    found = list_requests(node, seat.register, seat.desk, Wanted(live=not every, ours=ours))
    unseen = {each.root for each in unseen_reminders(node, seat.register, seat.desk)}
    value = [
        {
            "id": each.message_id,
            "root": each.root,
            "case": each.case,
            "form": each.form,
            "instrument": each.instrument,
            "ours": each.ours,
            "state": each.state.value,
            "since": _whole(each.since),
            "unseen": each.root in unseen,
            "clocks": [_clock(clock) for clock in each.clocks],
        }
        for each in found
    ]
    rows = [
        (each.message_id[:SHORT], each.form, "ours" if each.ours else "theirs", each.state.value,
         _until(each.due) + (" (told, not seen)" if each.root in unseen else ""))
        for each in found
    ]  # fmt: skip
    show(value, table(rows) if rows else ["No requests."], as_json=as_json)


@click.command("show")
@click.argument("request")
@desk_option
@register_option
@json_option
def show_one(*, request: str, desk: str, register: str, as_json: bool) -> None:
    """Show how a REQUEST stands: its steps, its dates, and what can be done next."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.cooperation.grounds import refusal_of, reserved_grounds
    from liaison.node.reads.cooperation.showing import show_request

    shown = show_request(node, seat, request)
    found = shown.request
    reserved = reserved_grounds(node, seat.register, found, on=node.clock.now().date())
    refusal = refusal_of(found)
    grounds = {**refusal.grounds, **refusal.postponing} if refusal is not None else {}
    value: dict[str, Any] = {
        **_told(found),
        "side": shown.side.value,
        "clocks": [_clock(each) for each in shown.clocks],
        "steps": [
            {
                "event": step.event.value,
                "side": step.side.value,
                "at": _whole(step.at),
                "counted": step.counted,
                "marks": [mark.value for mark in step.marks],
            }
            for step in found.steps
        ],
        "at_home": [
            {"step": each.moment, "at": _whole(each.at), "zone": each.zone, "reference": each.reference}
            for each in shown.at_home
        ],
        "next": [each.value for each in shown.choices],
        "grounds_of_the_text": grounds,
        "reserved": [
            {"ground": each.ground, "article": each.article, "right": each.right.value, "refused": each.refuses}
            for each in reserved
        ],
        "parent": shown.parent.root if shown.parent else None,
        "followers": [each.root for each in shown.followers],
    }
    asker = Names(node).of(seat.register, found.asker)
    lines = _lines(shown, asker, grounds, reserved)
    show(value, lines, as_json=as_json)


@click.command()
@click.option("--out", "-o", type=click.Path(path_type=Path, dir_okay=False), help="Write an iCalendar file.")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True)
@desk_option
@register_option
@json_option
def calendar(*, out: Path | None, days: int, desk: str, register: str, as_json: bool) -> None:
    """List the dates of all requests of a desk, or write them as a calendar."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.cooperation.listing import due_clocks, request_calendar

    if out is not None:
        try:
            out.write_bytes(request_calendar(node, seat.register, seat.desk, name=f"Requests, {seat.desk.desk}"))
        except OSError as error:
            raise UsageError("file-not-writable", path=str(out), reason=error.strerror or "unknown") from error
        show({"file": str(out)}, [f"Written: {out}"], as_json=as_json)
        return
    until = node.clock.now() + timedelta(days=days)
    found = due_clocks(node, seat.register, seat.desk, until=until)
    value = [{"case": each.case, "root": each.root, **_clock(each)} for each in found]
    rows = [
        (due_words(each.clock.due), each.clock.id, "ours" if each.ours else "theirs", each.clock.state.value,
         each.root[:SHORT] or each.case[:SHORT])
        for each in found
    ]  # fmt: skip
    show(value, table(rows) if rows else ["Nothing is due."], as_json=as_json)


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=365, show_default=True, help="So far back.")
@click.option("--theirs", is_flag=True, help="The requests this desk got, not those it made.")
@desk_option
@register_option
@json_option
def figures(*, days: int, theirs: bool, desk: str, register: str, as_json: bool) -> None:
    """Count the own requests by type, outcome, ground and time. Numbers below five are not shown, nor others that would
    give one away."""
    node, seat = open_seat(register, desk)
    from liaison.node.reads.cooperation.listing import own_figures

    since = node.clock.now() - timedelta(days=days)
    rows = own_figures(node, seat.register, seat.desk, since=since, ours=not theirs)
    value = [
        {
            "form": row.form,
            "count": row.count,
            "outcomes": dict(row.outcomes),
            "grounds": dict(row.grounds),
            "median_days": row.median_days,
        }
        for row in rows
    ]
    lines = []
    for row in rows:
        lines.append(f"{row.form}: {_number(row.count)}, median {_number(row.median_days)} days")
        lines += [f"  {name}: {_number(count)}" for name, count in (*row.outcomes.items(), *row.grounds.items())]
    show(value, lines or ["No requests in that time."], as_json=as_json)


def _lines(shown: Shown, asker: str, grounds: Mapping[str, str], reserved: tuple[ReservedGround, ...]) -> list[str]:
    """One request for people."""
    found = shown.request
    return [
        f"{found.message_id}  {found.form}  {found.instrument}",
        f"asked by {asker}; this desk is on the {shown.side.value} side",
        f"{found.state.value} since {local(found.since)}",
        *(f"  {local(step.at)}  {step.event.value}{_marks(step)}" for step in found.steps),
        *(f"  {_until(each)}: {each.clock.state.value}" for each in shown.clocks),
        *(f"  at home, {each.at:%Y-%m-%d}: {each.moment} {plain(each.reference)}".rstrip() for each in shown.at_home),
        f"grounds of the text: {', '.join(_ground(*each) for each in grounds.items()) or 'none'}",
        *(f"  {reserved_words(each)}" for each in reserved),
        f"next: {', '.join(each.value for each in shown.choices) or 'nothing'}",
    ]


def _ground(name: str, article: str) -> str:
    return f"{name} ({article})" if article[:1].isdigit() else name


def _told(found: Request) -> dict[str, Any]:
    return {
        "id": found.message_id,
        "root": found.root,
        "case": found.case,
        "form": found.form,
        "instrument": found.instrument,
        "basis": found.basis,
        "state": found.state.value,
        "since": _whole(found.since),
        "grounds": list(found.grounds),
    }


def _clock(each: ClockRead) -> dict[str, Any]:
    clock = each.clock
    return {
        "clock": clock.id,
        "state": clock.state.value,
        "due": _whole(clock.due.at),
        "last_day": clock.due.day.isoformat() if clock.due.day else None,
        "zone": clock.due.zone,
        "ours": each.ours,
        "at_home": each.home,
        "held": clock.held,
        "asked": clock.asked_at is not None,
    }


def _until(each: ClockRead | None) -> str:
    if each is None:
        return ""
    held = ", held until assistance is decided" if each.clock.held else ""
    return f"{each.clock.id} until {due_words(each.clock.due)}{held}"


def _marks(step: Any) -> str:
    told = [*(() if step.counted else ("did not count",)), *(mark.value for mark in step.marks)]
    return f"  [{', '.join(told)}]" if told else ""


def _whole(at: Any) -> str:
    return format_instant(at.replace(microsecond=0))


def _number(count: float | None) -> str:
    return "not shown" if count is None else f"{count:g}"
