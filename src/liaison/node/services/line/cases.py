"""Which case does a message belong to, for one own desk, and how does the case stand after it?

Parties and exercise flag are fixed by the first message; the standing (`messages.turns`) is carried on by each.

Invariants: the row is locked for the rest of the unit of work, so numbers within a case are given one at a time; a
message reads the standing once and writes it once; a message brings a case back from the archive, and one whose texts
were destroyed goes on with the new ones alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from liaison.errors import UsageError
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.forms import forms
from liaison.messages.inbox import KnownCase
from liaison.messages.message import Core, open_message
from liaison.messages.parties import DeskRef, sorted_desks
from liaison.messages.turns import Standing, Turn, Word, after
from liaison.node.models import Case
from liaison.node.work.statements import add, change, fetch
from liaison.wire import canonical
from liaison.wire.canonical import JSON

PARTIES_LIMIT = 1 << 17
STANDING = tuple(field.name for field in dataclasses.fields(Standing))


class _Parties(msgspec.Struct, frozen=True):
    desks: tuple[DeskRef, ...]


@dataclass(frozen=True, slots=True)
class CaseHere:
    """A case as an own desk keeps it: its row and what its first message fixed."""

    row: int
    facts: KnownCase


def find_case(register: str, case: str, desk: DeskRef) -> CaseHere | None:
    """The case as this own desk knows it, locked where the engine locks rows."""
    place = {"participant": desk.participant, "node": desk.node, "desk": desk.desk}
    rows = fetch(Case, ("id", "parties", "exercise"), lock=True, register=register, case=case, **place)
    if not rows:
        return None
    row, parties, exercise = rows[0]
    return CaseHere(row, KnownCase(parties=frozenset(read_parties(bytes(parties))), exercise=bool(exercise)))


def read_parties(data: bytes) -> tuple[DeskRef, ...]:
    """The desks of a case as its row keeps them."""
    return canonical.decode_struct(data, _Parties, limit=PARTIES_LIMIT).desks


def parties_bytes(desks: Iterable[DeskRef]) -> bytes:
    """The desks of a case as its row keeps them: the same bytes for the same desks."""
    return canonical.encode_struct(_Parties(sorted_desks(desks)))


def begin_case(core: Core, fields: Mapping[str, JSON], desk: DeskRef, now: datetime) -> None:
    """A new case, as the first message in it fixes it."""
    standing = after(None, Word(core, fields, core.sender == desk, now))
    add(
        Case,
        register=core.register,
        case=core.case,
        participant=desk.participant,
        node=desk.node,
        desk=desk.desk,
        parties=parties_bytes(core.parties),
        exercise=core.exercise,
        opened_at=now,
        last_at=now,
        others=participants_but(desk, core.parties),
        **columns_of(standing),
    )


def open_case(core: Core, fields: Mapping[str, JSON], desk: DeskRef, now: datetime) -> None:
    """Enter the case of `core` at an own desk; begin it if it is new. Raises UsageError for other parties."""
    known = find_case(core.register, core.case, desk)
    if known is None:
        begin_case(core, fields, desk, now)
        return
    if known.facts.parties != core.parties:
        raise UsageError("case-has-other-parties", case=core.case)
    if known.facts.exercise != core.exercise:
        raise UsageError("case-exercise-fixed", case=core.case)
    before = standing_of(Case.objects.filter(pk=known.row).values(*STANDING).get())
    standing = after(before, Word(core, fields, core.sender == desk, now))
    change(Case, known.row, last_at=now, archived_at=None, destroyed_at=None, **columns_of(standing))


def standing_of(columns: Mapping[str, object]) -> Standing:
    """The standing that a case's row keeps."""
    return Standing(**{**columns, "turn": Turn(str(columns["turn"]))})  # type: ignore[arg-type]


def columns_of(standing: Standing) -> dict[str, object]:
    """The columns of a case's row that keep its standing."""
    return {name: getattr(standing, name) for name in STANDING} | {"turn": standing.turn.value}


def participants_but(desk: DeskRef, parties: frozenset[DeskRef]) -> str:
    """The participants at the other end, as the row lists them."""
    return " ".join(sorted({each.participant for each in parties - {desk}}))


def stand_again(cases: Any, incoming: Any, outgoing: Any) -> None:
    """Fold the standing of every case anew from its messages; the arguments are managers of the three tables."""
    for case in cases.iterator():
        place = {"register": case.register, "case": case.case, "participant": case.participant, "desk": case.desk}
        received = list(incoming.filter(**place, node=case.node, verdict="accepted"))
        words = sorted(_words(received, outgoing.filter(**place, node=case.node)), key=lambda word: word.at)
        standing: Standing | None = None
        for word in words:
            standing = after(standing, word)
        if standing is None:
            continue
        desk = DeskRef(case.participant, case.node, case.desk)
        others = participants_but(desk, frozenset(read_parties(bytes(case.parties))))
        cases.filter(pk=case.pk).update(others=others, **columns_of(standing))
        heard = {word.core.re for word in words if word.ours and word.core.form == ACKNOWLEDGEMENT}
        owing = {name for (name, _), form in forms().items() if form.owed}
        owed = [row.pk for row in received if row.form in owing and row.core_hash not in heard]
        incoming.filter(pk__in=owed).update(owed=True)


def _words(received: Any, sent: Any) -> Iterator[Word]:
    for row in received:
        message = open_message(bytes(row.plaintext))
        yield Word(message.core, message.fields, ours=False, at=row.received_at)
    for row in sent.prefetch_related("copies"):
        copies = row.copies.all()
        if copies:
            message = open_message(bytes(copies[0].plaintext))
            yield Word(message.core, message.fields, ours=True, at=row.composed_at)
