"""Which evidence belongs to a case, how does it stand, and what is asked about it?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from liaison.messages.forms.strict import strictly
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.evidence import list_evidence, not_taken
from liaison.node.reads.desk.thread import Thread
from liaison.node.services.evidence.arriving import ANSWER, REQUEST, WITH_RECORD
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.requests import path_to
from liaison.web.site import here

FORMS = WITH_RECORD | {REQUEST}


def evidence_of(seat: Seat, thread: Thread, names: DeskNames, *, writes: bool) -> dict[str, Any]:
    """What the page of a case shows of evidence, and what of it whoever writes here may do."""
    case = thread.row.case
    rows = [
        {
            "each": each,
            "path": path_to(seat, f"evidence/{each.evidence}/"),
            "giver": names.of(seat.register, each.given_by) if each.given_by is not None else None,
        }
        for each in list_evidence(here(), seat.register, seat.desk, case=case)
    ]
    told = not_taken(here(), seat.register, seat.desk) if any(_about(thread)) else []
    return {
        "evidence": rows,
        "not_taken": [each for each in told if each.case == case],
        "asked_onward": list(_questions(seat, thread, names)) if writes else [],
        "add_evidence": case_path(seat, case, "evidence/add") if writes else "",
    }


def _about(thread: Thread) -> Iterator[bool]:
    return (each.core.form in FORMS for each in thread.entries)


def _questions(seat: Seat, thread: Thread, names: DeskNames) -> Iterator[dict[str, Any]]:
    """What the other side asks to hand on and nobody here answered."""
    answered = {each.core.re for each in thread.entries if each.ours and each.core.form == ANSWER}
    for each in thread.entries:
        asks = each.core.form == REQUEST and not each.ours and not each.rejected and bool(each.fields)
        if asks and each.core_hash not in answered:
            recipient = strictly(each.fields["recipient"], DeskRef)
            yield {
                "recipient": names.of(seat.register, recipient),
                "path": path_to(seat, f"evidence/answer/{each.message_id}"),
            }
