"""When should a person over there have acknowledged what we sent, and whom does one ask when nobody did?

    ways_on(seat, names, register, desk)     their next desks, and the telephone sheet of the silent one
    answers_due(seat, names, case)           {("0199…", DeskRef(XD, main, duty)): Due(late=True, …), …}
    cards_of(seat, names, register, desks)   their time, languages and usual answer

Invariants: nothing is promised that the desk over there does not promise; the next desk is one of the same participant,
and where there is none, or its desks are silent too, the telephone is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.node.reads.duty.silence import Awaited, awaited
from liaison.node.reads.writing.centres import find_entry
from liaison.node.reads.writing.origins import desks_at
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskNames
from liaison.web.pages.write.cards import SHORT, CardView, brief_cards, show_cards
from liaison.web.requests import path_to
from liaison.web.site import here

OTHERS = 3
"""So many other desks are offered."""


@dataclass(frozen=True, slots=True)
class Due:
    """A copy that nobody over there has acknowledged yet."""

    each: Awaited
    late: bool
    ways: Mapping[str, Any]
    """Of a late one: `others` and `call`."""


def ways_on(seat: Seat, names: DeskNames, register: str, desk: DeskRef) -> dict[str, Any]:
    """Whom to ask when a desk is silent; without other desks where it has left the register."""
    node = here()
    try:
        found = list(desks_at(node, register, find_entry(node, register, desk)))
    except LiaisonError:
        found = []
    others = [each for each in show_cards(node, seat, found) if each.usable][:OTHERS]
    call = path_to(seat, f"centres/{desk.participant[:SHORT]}/{desk.desk}/call")
    return {"to": names.of(register, desk), "others": others, "call": call}


def answers_due(seat: Seat, names: DeskNames, case: str) -> dict[tuple[str, DeskRef], Due]:
    """What of a case waits for a person over there, by message and desk, the first that was expected first."""
    now = here().clock.now()
    found: dict[tuple[str, DeskRef], Due] = {}
    for each in awaited(here(), seat.desk, case):
        late = each.expected_at <= now
        ways = ways_on(seat, names, each.register, each.desk) if late else {}
        found[each.message_id, each.desk] = Due(each, late, ways)
    return found


def cards_of(seat: Seat, names: DeskNames, register: str, desks: Iterable[DeskRef]) -> dict[DeskRef, CardView]:
    """What is known of desks of the register, asked for together; without those that are in none, or have left it."""
    listed = names.directory(register)
    rows = {desk: listed.desk(desk.participant, desk.desk) for desk in desks}
    found = {desk: entry for desk, entry in rows.items() if entry is not None}
    return dict(zip(found, brief_cards(here(), seat, listed, found.values()), strict=True))
