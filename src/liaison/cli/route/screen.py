"""How are answers and totals of routing shown? As lines, a chart of what became of the rows, or plain values.

Invariants: the country is told as "registered in", never as where traffic came from; every answer shows its source
and date; what became of the rows is also drawn. Desks are never put in the order of their numbers: a feed says what
others saw, and a list by size would read as a ranking of States.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from liaison.cli.output import table
from liaison.cli.register.desks import status_words
from liaison.errors import MalformedError
from liaison.explanations import explain

if TYPE_CHECKING:
    from liaison.node.reads.routing import Routing
    from liaison.routing.claims import Desk
    from liaison.routing.route import Answer

WIDTH = 40
EIGHTHS = " ▏▎▍▌▋▊▉"
BASES = {
    "override": "an override of this node's operator",
    "claim": "a resource published in the register",
    "allocation": "allocation data of the registries",
    "suffix": "the country code at the end of the name",
}


def desk_value(routing: Routing, desk: Desk) -> dict[str, Any]:
    """A desk as plain values."""
    words = routing.words(desk)
    return {
        "register": desk.register,
        "participant": desk.participant,
        "node": desk.node,
        "desk": desk.desk,
        "standing": desk.standing.value,
        "name": words.name,
        "codes": list(words.codes),
        "kind": words.kind,
        "rehearsal": words.rehearsal,
    }


def answer_value(routing: Routing, text: str, answer: Answer) -> dict[str, Any]:
    """One answer as plain values."""
    refusal = explain(MalformedError(answer.refusal)) if answer.refusal else None
    return {
        "resource": text,
        "registered_in": answer.code,
        "desk": desk_value(routing, answer.desk) if answer.desk else None,
        "refusal": {"code": refusal.code, "what": refusal.what, "next": refusal.next} if refusal else None,
        "basis": answer.basis.value,
        "ground": answer.ground,
        "source": answer.source,
        "date": answer.date,
        "contested": [desk_value(routing, desk) for desk in answer.contested],
    }


def answer_lines(routing: Routing, text: str, answer: Answer) -> Iterator[str]:
    """One answer for a person; the desk that leads comes before those that only claim."""
    yield text
    yield f"  registered in   {answer.code or 'not known'}"
    if answer.desk is not None:
        yield f"  contact centre  {desk_text(routing, answer.desk)}"
        if answer.desk.participant:
            yield f"                  {answer.desk.participant[:16]}/{answer.desk.node}/{answer.desk.desk}"
    if answer.refusal is not None:
        words = explain(MalformedError(answer.refusal))
        yield f"  contact centre  nobody: {words.what}"
        yield f"  next            {words.next}"
    ground = f" ({answer.ground})" if answer.ground and answer.ground != answer.code else ""
    if answer.basis.value in BASES:
        yield f"  because         {BASES[answer.basis.value]}{ground}"
    if answer.source:
        yield f"  source          {answer.source}, {answer.date or 'no date'}"
    for desk in answer.contested:
        yield f"  also claimed    {desk_text(routing, desk)}: contested, it does not lead"


def desk_text(routing: Routing, desk: Desk) -> str:
    """A desk in one line."""
    words = routing.words(desk)
    if desk.standing.value == "unknown":
        return f"not known here (whoever answers for {desk.desk})"
    rehearsal = ", REHEARSAL" if words.rehearsal else ""
    return f"{words.name}: {desk.desk} ({words.kind}, {status_words(words.status)}{rehearsal})"


def summary_lines(summary: dict[str, Any], place: str | None, hours: int) -> Iterator[str]:
    """The totals of a feed for a person."""
    feed = summary["feed"]
    yield (
        f"{feed['name']}: {summary['rows']:,} rows = {summary['routed']:,} routed"
        f" + {summary['rejected']:,} rejected + {summary['duplicate']:,} duplicate"
    )
    yield f"  read as {feed['format']}, address in {feed['column'] or 'the line'}; " + ", ".join(
        f"{source['name']} {source['date'] or ''}".strip() for source in summary["sources"]
    )
    if summary["already_sent"]:
        yield f"  {summary['already_sent']:,} were sent to the same desk within {hours} hours: counted, not sent again"
    if summary["contested"]:
        yield f"  {summary['contested']:,} are also claimed by others (column liaison_contested), who do not lead"
    yield from _chart(summary)
    if place:
        yield f"  {sum(bool(desk['file']) for desk in summary['desks'])} reports, rejects.csv, summary.json in {place}"


def _chart(summary: dict[str, Any]) -> list[str]:
    """What became of the rows, drawn to one scale."""
    fates = [("routed", summary["routed"]), ("duplicate", summary["duplicate"])]
    fates += [
        (f"rejected: {explain(MalformedError(reason)).what}", rows) for reason, rows in summary["reasons"].items()
    ]
    most = max(rows for _, rows in fates)
    return table([(f"  {rows:>9,}", bar(rows, most).ljust(WIDTH), fate) for fate, rows in fates])


def bar(rows: int, most: int) -> str:
    """A bar of up to WIDTH characters; anything above zero shows."""
    eighths = max(1, round(rows * WIDTH * 8 / most)) if rows and most else 0
    return ("█" * (eighths // 8) + EIGHTHS[eighths % 8]).rstrip()
