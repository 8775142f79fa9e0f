"""What does the page of a case show of the participant's own people: who else has it, and what they noted?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liaison.messages.inside import HANDED_OVER, OFFER_SILENCES, PURPOSES
from liaison.messages.turns import INSIDE
from liaison.node.reads.desk.listing import CaseRow
from liaison.node.reads.inside.between import elsewhere_desks, find_internal
from liaison.node.reads.inside.sharing import OFFERED, Held, ShareRead, notes_of, other_desks, shares_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.write.cards import desk_key
from liaison.web.site import here

OFFERED_FOR = (30, 60, 240, 480, 1440, 4320)
"""Minutes to choose from, for another desk to take a case over."""
USUAL = 60


def inside_of(seat: Seat, row: CaseRow, held: Held, names: DeskNames, *, readable: bool) -> dict[str, Any]:
    """The values of the includes under `web/inside/`."""
    shares = shares_of(here(), row.register, held.owner, row.case)
    writes = seat.may(Action.WRITE) and readable
    may_share = writes and held.own and row.form not in INSIDE
    return {
        "held": held,
        "keeper": names.of(row.register, held.owner),
        "shares": [
            {
                "each": each,
                "name": names.of(row.register, each.to),
                "key": desk_key(each.to),
                "internal": case_path(seat, each.internal),
                "again": HANDED_OVER if each.purpose == OFFERED else each.purpose,
                "offer": each.offer,
                "may_take": writes and _may_take(seat, each),
            }
            for each in shares
            if held.own or each.to == seat.desk
        ],
        "internal": _internal(seat, row, names) if readable else None,
        "may_share": may_share,
        "may_end_share": writes,
        "others_inside": list(_others(seat, names)) if may_share else [],
        "purposes": PURPOSES,
        "offer_minutes": [{"minutes": each, "seconds": each * 60, "chosen": each == USUAL} for each in OFFERED_FOR],
        "offer_silences": OFFER_SILENCES,
        "internal_notes": list(_notes(seat, row, held)) if readable else [],
        "may_note": readable and seat.may(Action.READ_CASE),
    }


def _notes(seat: Seat, row: CaseRow, held: Held) -> Iterator[dict[str, Any]]:
    """The internal notes, with the cases that the node's own speak of, which are pages of the desk that keeps it."""
    for each in notes_of(here(), row.register, held.owner, row.case):
        cases = [{"case": case, "path": case_path(seat, case) if held.own else ""} for case in each.cases]
        yield {"each": each, "cases": cases}


def _others(seat: Seat, names: DeskNames) -> Iterator[dict[str, Any]]:
    """The desks that a case can be shared with, those of this node first."""
    for elsewhere, desks in ((False, other_desks), (True, elsewhere_desks)):
        for each in desks(here(), seat):
            yield {"key": desk_key(each), "name": names.of(seat.register, each), "elsewhere": elsewhere}


def _may_take(seat: Seat, share: ShareRead) -> bool:
    """Whether the desk of the seat can take over what is offered to it on this node."""
    offered = share.purpose == OFFERED and share.to == seat.desk and not share.internal
    return offered and (share.offer is None or share.offer.stands(here().clock.now()))


def _internal(seat: Seat, row: CaseRow, names: DeskNames) -> dict[str, Any] | None:
    """Of a case between desks of the participant on two nodes: the other desk, and where the case it is about is."""
    found = find_internal(here(), seat, row.case)
    if found is None:
        return None
    tail = case_path(seat, found.about) if found.ours else case_path(seat, row.case, "shared")
    return {"each": found, "name": names.of(row.register, found.other), "path": tail}
