"""Which introductions about help did a desk begin or get, and what came of each?

    introductions(node, register, desk, reader=reader)[0].outcome        "given", as the last word of either side has it

Invariants: only cases of the desk; what was said is left out where the reader may not see it; the last outcome that was
told counts, whoever told it, because both sides have both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from liaison.conduct.help import INTRODUCTION, OUTCOME, Way
from liaison.messages.forms.checking import Norm
from liaison.messages.message import kept_fields
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, IncomingCopy, OutgoingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.desk.listing import CaseRow, Reader, read_rows
from liaison.node.reads.inside.rules import columns
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON

MOST = 100
REPLY = "reply"
_SAYING = (INTRODUCTION, REPLY, OUTCOME)


@dataclass(frozen=True, slots=True)
class Introduction:
    """One introduction as its case has it; `way` is what this desk does: seek or offer, None where it is not shown.

    `answer` is the last reply to it, `outcome` the last word on what came of it, each empty while there is none.
    """

    row: CaseRow
    way: Way | None
    norms: tuple[Norm, ...]
    answer: str
    outcome: str
    outcome_at: datetime | None
    outcome_ours: bool


@dataclass(frozen=True, slots=True)
class _Said:
    form: str
    fields: Mapping[str, JSON]
    ours: bool
    at: datetime


def introductions(node: Node, register: str, desk: DeskRef, *, reader: Reader) -> tuple[Introduction, ...]:
    """The latest introductions of the desk, those with the latest message first."""
    with reading(node):
        place = columns(register, desk)
        kept = Case.objects.filter(**place, form=INTRODUCTION, destroyed_at=None).order_by("-last_at", "-pk")
        rows = list(read_rows(kept[:MOST], desk, reader=reader).values())
        said = _said(place, [each.case for each in rows if reader.may(each.case)])
    return tuple(_introduction(each, said.get(each.case, [])) for each in rows)


def _said(place: dict[str, Any], cases: Collection[str]) -> dict[str, list[_Said]]:
    """What these cases say of help, in the order it was said."""
    found: defaultdict[str, list[_Said]] = defaultdict(list)
    came = IncomingCopy.objects.filter(READABLE, **place, case__in=cases, form__in=_SAYING, verdict="accepted")
    for case, form, data, at in came.values_list("case", "form", "plaintext", "received_at"):
        found[case].append(_Said(form, kept_fields(bytes(data)), ours=False, at=at))
    mine = {f"message__{name}": value for name, value in place.items()}
    mine |= {"message__case__in": cases, "message__form__in": _SAYING}
    names = ("message__case", "message__form", "plaintext", "message__composed_at")
    for case, form, data, at in OutgoingCopy.objects.filter(READABLE, **mine).values_list(*names):
        found[case].append(_Said(form, kept_fields(bytes(data)), ours=True, at=at))
    return {case: sorted(each, key=lambda one: one.at) for case, each in found.items()}


def _introduction(row: CaseRow, said: list[_Said]) -> Introduction:
    first = next((each for each in said if each.form == INTRODUCTION), None)
    answer = next((each for each in reversed(said) if each.form == REPLY), None)
    last = next((each for each in reversed(said) if each.form == OUTCOME), None)
    return Introduction(
        row=row,
        way=_way(first) if first is not None else None,
        norms=_norms(first) if first is not None else (),
        answer=str(answer.fields.get("answer", "")) if answer is not None else "",
        outcome=str(last.fields.get("outcome", "")) if last is not None else "",
        outcome_at=last.at if last is not None else None,
        outcome_ours=last is not None and last.ours,
    )


def _way(said: _Said) -> Way | None:
    """What this desk does: what it said itself, or the other of what it was told."""
    value = said.fields.get("help")
    if value not in tuple(Way):
        return None
    return Way(str(value)) if said.ours else Way(str(value)).other


def _norms(said: _Said) -> tuple[Norm, ...]:
    value = said.fields.get("norms")
    items = value if isinstance(value, list | tuple) else ()
    return tuple(Norm(str(each["instrument"]), str(each["clause"])) for each in items if isinstance(each, Mapping))
