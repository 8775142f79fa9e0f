"""Which reports did a desk get or send, and what became of their rows? `liaison report list|answer|became`.

    liaison report list --open                                        those with rows not answered
    liaison report answer 01a20134-… answers.csv                      many rows at once
    liaison report answer 01a20134-… --answer fixed --ticket RT#4711  the whole file
    liaison report became --days 30                                   what became of the rows this desk sent

Invariants: a file of answers counts whole or not at all; figures are the desk's own, exercises are left out.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from liaison.cli.message.screen import local_words, plain
from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import FOUND, desk_option, own_desk, read_file, register_option, the_register
from liaison.cli.session import open_node
from liaison.wire.identifiers import format_instant

ANSWERS = ("fixed", "customer-told", "not-ours", "false-positive", "cannot-identify")
HEAD = ("report", "when", "feed", "rows", "answered", "ticket", "reference")


@click.group()
def group() -> None:
    """The reports on resources of a desk, and the answers about their rows."""


@group.command("list")
@click.option("--sent", is_flag=True, help="Those that the desk sent; default: those it got.")
@click.option("--open", "unanswered", is_flag=True, help="Only those with rows not answered.")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@desk_option
@register_option
@json_option
def list_(*, sent: bool, unanswered: bool, page: int, desk: str, register: str, as_json: bool) -> None:
    """List the reports of a desk, the newest first."""
    node = open_node()
    from liaison.node.reads.reports.listing import list_reports

    own = own_desk(node, the_register(node, register), desk, option="desk")
    side = "sent" if sent else "received"
    found = list_reports(node, own, side=side, unanswered=unanswered, page=page)
    values: list[dict[str, Any]] = [
        {
            "report": each.message_id,
            "when": format_instant(each.at.replace(microsecond=0)),
            "feed": each.feed,
            "rows": each.rows,
            "answered": each.answered,
            "ticket": each.ticket,
            "reference": each.reference,
            "answers": dict(each.answers),
            "case": each.case,
            "exercise": each.exercise,
        }
        for each in found.rows
    ]
    shown = [value | {"when": local_words(value["when"])} for value in values]
    rows = [tuple(plain(str(value[name])) for name in HEAD) for value in shown]
    lines = [*table([HEAD, *rows]), f"Page {found.number} of {found.pages}, {found.count} reports."]
    show(values, lines if rows else ["No report."], as_json=as_json)


@group.command("answer")
@click.argument("report")
@click.argument("file", type=FOUND, required=False)
@click.option("--answer", type=click.Choice(ANSWERS), help="Of the whole file.")
@click.option("--ticket", default="", help="The number in your own system.")
@click.option("--to", default="", help="Whose it is, with not-ours.")
@click.option("--remark", default="")
@desk_option
@register_option
@json_option
def answer(*, report: str, file: Path | None, answer: str | None, desk: str, register: str, as_json: bool,
           **words: str) -> None:  # fmt: skip
    """Say what became of the rows of REPORT: by FILE (CSV with liaison_row and answer), or of the whole file."""
    node = open_node()
    from liaison.exchange.reports.answers import decode_answers
    from liaison.node.reads.reports.listing import find_report
    from liaison.node.services.feeds.answering import OfTheWhole, answer_report

    own = own_desk(node, the_register(node, register), desk, option="desk")
    found = find_report(node, own, report)
    whole = OfTheWhole(
        answer=answer or "", referred_elsewhere=words["to"], ticket=words["ticket"], remark=words["remark"]
    )
    rows = decode_answers(read_file(file), rows=found.rows) if file is not None else ()
    done = answer_report(node, own, found, whole=whole, rows=rows, officer=0)
    value = {"sent": done.sent, "waiting": done.waiting}
    lines = [f"Sent: {done.sent} messages."] if done.sent else ["Handed in: a second person has to clear it."]
    show(value, lines, as_json=as_json)


@group.command("became")
@click.option("--received", is_flag=True, help="Of the rows that the desk got; default: of those it sent.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@desk_option
@register_option
@json_option
def became(*, received: bool, days: int, desk: str, register: str, as_json: bool) -> None:
    """Tell what became of the rows of the last days."""
    node = open_node()
    from liaison.cli.route.screen import bar
    from liaison.messages.forms.codes import english
    from liaison.node.reads.reports.listing import what_became

    own, now = own_desk(node, the_register(node, register), desk, option="desk"), node.clock.now()
    side = "received" if received else "sent"
    found = what_became(node, own, side=side, since=now - timedelta(days=days), until=now)
    counts = {code: found.answers.get(code, 0) for code in ANSWERS} | {"open": found.open}
    value = {"reports": found.reports, "rows": found.rows, "exercises": found.exercises, "answers": counts}
    most = max(counts.values())
    words = {code: english("row-answer", code) for code in ANSWERS} | {"open": "Not answered"}
    drawn = table([(words[code], f"{count:,}", bar(count, most)) for code, count in counts.items()])
    show(value, [f"{found.reports} reports, {found.rows:,} rows in {days} days.", *drawn], as_json=as_json)
