"""What does the page of a case show of the participant's own people: who else has it, and what they noted?"""

from __future__ import annotations

from typing import Any

from liaison.node.reads.desk.listing import CaseRow
from liaison.node.reads.inside.sharing import PURPOSES, Held, notes_of, other_desks, shares_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.names import DeskNames
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
            {"each": each, "name": names.of(row.register, each.to), "key": desk_key(each.to)}
            for each in shares
            if held.own or each.to == seat.desk
        ],
        "may_share": writes and held.own,
        "may_end_share": writes,
        "others_inside": [
            {"key": desk_key(each), "name": names.of(row.register, each)} for each in other_desks(here(), seat)
        ],
        "purposes": PURPOSES,
        "internal_notes": notes_of(here(), row.register, held.owner, row.case) if readable else [],
        "may_note": readable and seat.may(Action.READ_CASE),
    }
