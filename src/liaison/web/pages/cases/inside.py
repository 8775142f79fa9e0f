"""What does the page of a case show of the participant's own people: who else has it, and what they noted?"""

from __future__ import annotations

from typing import Any

from liaison.messages.inside import HANDED_OVER, PURPOSES
from liaison.messages.turns import INSIDE
from liaison.node.reads.desk.listing import CaseRow
from liaison.node.reads.inside.between import elsewhere_desks, find_internal
from liaison.node.reads.inside.sharing import Held, notes_of, other_desks, shares_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.write.cards import desk_key
from liaison.web.site import here


def inside_of(seat: Seat, row: CaseRow, held: Held, *, readable: bool) -> dict[str, Any]:
    """The values of the includes under `web/inside/`."""
    names = DeskNames(here())
    shares = shares_of(here(), row.register, held.owner, row.case)
    writes = seat.may(Action.WRITE) and readable
    return {
        "held": held,
        "keeper": names.of(row.register, held.owner),
        "shares": [
            {
                "each": each,
                "name": names.of(row.register, each.to),
                "key": desk_key(each.to),
                "internal": case_path(seat, each.internal),
                "again": HANDED_OVER if each.purpose == "handing-over" else each.purpose,
            }
            for each in shares
            if held.own or each.to == seat.desk
        ],
        "internal": _internal(seat, row, names) if readable else None,
        "may_share": writes and held.own and row.form not in INSIDE,
        "may_end_share": writes,
        "others_inside": [
            {"key": desk_key(each), "name": names.of(row.register, each), "elsewhere": elsewhere}
            for elsewhere, desks in ((False, other_desks), (True, elsewhere_desks))
            for each in desks(here(), seat)
        ],
        "purposes": PURPOSES,
        "internal_notes": notes_of(here(), row.register, held.owner, row.case) if readable else [],
        "may_note": readable and seat.may(Action.READ_CASE),
    }


def _internal(seat: Seat, row: CaseRow, names: DeskNames) -> dict[str, Any] | None:
    """Of a case between desks of the participant on two nodes: the other desk, and where the case it is about is."""
    found = find_internal(here(), seat, row.case)
    if found is None:
        return None
    tail = case_path(seat, found.about) if found.ours else case_path(seat, row.case, "shared")
    return {"each": found, "name": names.of(row.register, found.other), "path": tail}
