"""What does a command print of help, practices and own cases? Lines for people, plain values for `--json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from liaison.cli.message.screen import Names, local, plain
from liaison.cli.output import table
from liaison.wire.identifiers import format_instant

if TYPE_CHECKING:
    from liaison.conduct.help import Match, Wish
    from liaison.conduct.practices import Practice
    from liaison.conduct.reports import Texts
    from liaison.messages.forms.checking import Norm
    from liaison.node.node import Node
    from liaison.node.reads.conduct.help import Board
    from liaison.node.reads.conduct.introductions import Introduction
    from liaison.node.reads.conduct.own_cases import CaseWithNorms, OwnCases

SHORT = 60


def board_value(board: Board) -> dict[str, Any]:
    """What is sought and offered, as plain values."""
    return {
        "matches": [_match_value(each, board) for each in board.matches],
        "ours": [_wish_value(each, board) for each in board.ours],
        "sought": [_wish_value(each, board) for each in board.sought],
        "offered": [_wish_value(each, board) for each in board.offered],
    }


def board_lines(board: Board) -> list[str]:
    """The same for people."""
    lines = ["What meets ours:"]
    for each in board.matches:
        verb = "offers" if each.theirs.way.value == "offered" else "seeks"
        lines.append(f"{_key(each)}  {plain(board.names[each.theirs.participant])} {verb} {_norm(each.theirs.norm)}")
        lines += [f"    {_first(each.theirs.text)}", f"    {_reasons(each)}"]
    lines += [] if board.matches else ["    nothing"]
    for title, wishes in (("Sought by others:", board.sought), ("Offered by others:", board.offered)):
        rows = [(_norm(each.norm), plain(board.names[each.participant]), _first(each.text)) for each in wishes]
        lines += ["", title, *(f"    {line}" for line in table(rows) or ["nothing"])]
    return lines


def field_lines(fields: Mapping[str, Any]) -> list[str]:
    """What a message would say."""
    return [f"{name}: {plain(_said(value))}" for name, value in fields.items()]


def introduction_value(each: Introduction) -> dict[str, Any]:
    """An introduction as plain values."""
    return {
        "case": each.row.case,
        "exercise": each.row.exercise,
        "others": [str(desk) for desk in each.row.others],
        "way": each.way.value if each.way else None,
        "norms": [_norm(norm) for norm in each.norms],
        "answer": each.answer,
        "outcome": each.outcome,
        "outcome_at": format_instant(each.outcome_at) if each.outcome_at else None,
        "outcome_ours": each.outcome_ours,
    }


def introduction_lines(node: Node, found: Iterable[Introduction]) -> list[str]:
    """Introductions for people."""
    from liaison.messages.forms import english

    names, rows = Names(node), []
    for each in found:
        others = ", ".join(names.of(each.row.register, desk) for desk in each.row.others)
        answer = english("answer", each.answer) if each.answer else "no answer yet"
        came = english("help-outcome", each.outcome) if each.outcome else "what came of it is not told yet"
        mark = "EXERCISE" if each.row.exercise else ""
        rows.append((each.row.case, mark, others, ", ".join(map(_norm, each.norms)), answer, came))
    return table(rows)


def practice_value(each: Practice) -> dict[str, Any]:
    """A practice as plain values."""
    return {
        "participant": each.participant,
        "name": each.name,
        "norm": _norm(each.norm),
        "year": each.year,
        "text": _texts(each.text),
        "evidence": [{"address": one.address, "document": one.document, "title": one.title} for one in each.evidence],
        "public": each.public,
    }


def practice_lines(found: Iterable[Practice]) -> list[str]:
    """Practices for people."""
    lines = []
    for each in found:
        lines += [f"{plain(each.name)}, {_norm(each.norm)}, {each.year}", f"    {plain(each.text[0].text)}"]
        lines += [f"    {one.address or one.document}" for one in each.evidence]
    return lines


def own_cases_value(found: OwnCases) -> dict[str, Any]:
    """Own cases as plain values; times in seconds."""
    return {
        "exercises": found.exercises,
        "figures": [
            {"norm": _norm(each.norm), "cases": each.cases, "open": each.open, "outcomes": dict(each.outcomes),
             "acknowledged_median_s": each.acknowledged.median, "closed_median_s": each.closed.median}
            for each in found.figures
        ],
        "cases": [_case_value(each) for each in found.rows],
    }  # fmt: skip


def _case_value(each: CaseWithNorms) -> dict[str, Any]:
    row = each.row
    told = {"case": row.case, "exercise": row.exercise, "closed": row.closed_at is not None, "outcome": row.outcome}
    return told | {"norms": [{"norm": _norm(one.norm), "said": one.said} for one in each.cited]}


def own_cases_lines(found: OwnCases) -> list[str]:
    """Own cases for people."""
    lines = [f"{_norm(each.norm)}: {each.cases} cases, {each.open} open" for each in found.figures]
    for each in found.rows:
        state = f"closed {local(each.row.closed_at)}" if each.row.closed_at else "open"
        mark = "EXERCISE  " if each.row.exercise else ""
        lines.append(f"{each.row.case}  {mark}{state}  {', '.join(_norm(one.norm) for one in each.cited)}")
    return lines or ["No case of this desk has to do with a norm."]


def _match_value(each: Match, board: Board) -> dict[str, Any]:
    return {
        "match": _key(each),
        "ours": _wish_value(each.ours, board),
        "theirs": _wish_value(each.theirs, board),
        "norms": each.why.tie.value,
        "languages": list(each.why.languages),
        "areas": list(each.why.areas),
        "hours": each.why.hours,
    }


def _wish_value(each: Wish, board: Board) -> dict[str, Any]:
    return {
        "participant": each.participant,
        "name": board.names[each.participant],
        "norm": _norm(each.norm),
        "way": each.way.value,
        "year": each.year,
        "text": _texts(each.text),
        "languages": list(each.help.languages),
        "areas": list(each.help.areas),
        "zone": each.help.zone,
    }


def _key(match: Match) -> str:
    from liaison.node.reads.conduct.help import match_key

    return match_key(match)


def _norm(norm: Norm) -> str:
    return f"{norm.instrument} {norm.clause}"


def _texts(texts: Texts) -> list[dict[str, str]]:
    return [{"lang": each.lang, "text": each.text} for each in texts]


def _first(texts: Texts) -> str:
    """The beginning of a text in one line."""
    words = plain(" ".join(texts[0].text.split()))
    return words if len(words) <= SHORT else f"{words[: SHORT - 1]}…"


def _reasons(match: Match) -> str:
    why = match.why
    hours = "working hours not known" if why.hours is None else f"{why.hours} working hours in common"
    spoken = f"languages {', '.join(why.languages)}" if why.languages else "no language that both name"
    areas = f"both in {', '.join(why.areas)}" if why.areas else "no part of the world that both name"
    return f"norm: {why.tie.value}; {spoken}; {areas}; {hours}"


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['text']} ({value['lang']})" if "text" in value else f"{value['instrument']} {value['clause']}"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value)
    return str(value)
