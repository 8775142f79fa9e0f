"""Two desks and what they say to each other of requests: XC asks, XD is asked. No clock, no chance.

matter = Matter()
asked = matter.ask("preservation-request", day=0)
matter.say("XD", "request-answer", about=asked, day=1, decision="accepted", execution="executed", secured="all")
(request,) = matter.requests(day=10)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from liaison.cooperation.history.folding import histories
from liaison.cooperation.history.reading import Told, read_words
from liaison.cooperation.requests import Request, stand
from liaison.messages.case import CaseItem
from liaison.messages.forms import latest_form
from liaison.messages.message import ComposedUnder, Copy, Core
from liaison.messages.parties import DeskRef
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import digest, format_instant, format_uuid7

START = datetime(2026, 11, 26, 9, tzinfo=UTC)
REGISTER = digest(b"register")
DESKS = {code: DeskRef(digest(code.encode()), "main", "duty") for code in ("XC", "XD")}
UNDER = ComposedUnder(1, digest(b"root"))
UN, BUDAPEST = "un-cybercrime-2024", "budapest-2001"


def made_id(number: int) -> str:
    return format_uuid7(1_795_316_520_000 + number, number.to_bytes(10, "big"))


CASE, OTHER_CASE = made_id(1), made_id(2)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@dataclass
class Matter:
    """What was said so far, in the order in which it was said."""

    told: list[Told] = field(default_factory=list)
    numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    made: int = 10

    def ask(self, form: str, *, day: float, received: float | None = None, **given: Any) -> Told:
        """XC asks; the receipt says when XD had it."""
        fields = {"instrument": UN} | given.pop("fields", {})
        told = self.say("XC", form, day=day, fields=fields, **given)
        return self.change(told, received=None if received is None else START + timedelta(days=received))

    def say(
        self,
        who: str,
        form: str,
        *,
        day: float,
        about: Told | None = None,
        case: str = CASE,
        wanted: float | None = None,
        fields: dict[str, Any] | None = None,
        **more: Any,
    ) -> Told:
        """One message more, signed at that day; its fields as they are, not checked against its form."""
        self.made += 1
        other = "XD" if who == "XC" else "XC"
        shape = latest_form(form)
        core = Core(
            register=REGISTER,
            id=made_id(self.made),
            case=case,
            batch=None,
            sender=DESKS[who],
            to=(DESKS[other],),
            form=form,
            form_version=shape.version,
            form_hash=shape.hash,
            stage=None,
            tlp="amber",
            marking=None,
            urgency="urgent",
            exercise=False,
            wanted_by=None if wanted is None else format_instant(START + timedelta(days=wanted)),
            re=None if about is None else about.item.core_hash,
            composed=format_instant(START + timedelta(days=day)),
            composed_under=UNDER,
            attachments=(),
            fields={},
        )
        number = self.numbers[who, case]
        self.numbers[who, case] += 1
        copy = Copy(desk=DESKS[other], epoch="e0" * 16, seq=number, prev=None)
        core_hash = digest(encode_struct(core))
        item = CaseItem(core, copy, core_hash, digest(f"{core_hash} {number}".encode()), core.composed)
        told = Told(item, (fields or {}) | more)
        self.told.append(told)
        return told

    def change(self, told: Told, **changes: Any) -> Told:
        """The same message with something else known of it."""
        self.told[self.told.index(told)] = changed = replace(told, **changes)
        return changed

    def requests(self, *, day: float, told: Iterable[Told] | None = None) -> tuple[Request, ...]:
        """The requests as they stand at that day, from these messages or all."""
        return requests_in(self.told if told is None else told, START + timedelta(days=day))


def requests_in(told: Iterable[Told], now: datetime) -> tuple[Request, ...]:
    """The requests that these messages make, as they stand."""
    cases: dict[str, list[Told]] = {}
    for each in told:
        cases.setdefault(each.item.core.case, []).append(each)
    words = [word for said in cases.values() for word in read_words(said)]
    return tuple(stand(request, now) for request in histories(words))
