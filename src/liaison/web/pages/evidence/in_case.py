"""Which evidence belongs to a case, and how does it stand?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from liaison.node.reads.cooperation.evidence import list_evidence, not_taken
from liaison.node.services.people.officers import Seat
from liaison.web.names import DeskNames
from liaison.web.requests import path_to
from liaison.web.site import here

FORMS = frozenset({"evidence-handover", "onward-request", "onward-answer", "destruction-record"})


def evidence_of(seat: Seat, case: str, names: DeskNames, forms: Collection[str]) -> dict[str, Any]:
    """What the page of a case shows of evidence; `forms` are those of its messages."""
    rows = [
        {
            "each": each,
            "path": path_to(seat, f"evidence/{each.evidence}/"),
            "giver": names.of(seat.register, each.given_by) if each.given_by is not None else None,
        }
        for each in list_evidence(here(), seat.register, seat.desk, case=case)
    ]
    told = not_taken(here(), seat.register, seat.desk) if FORMS & set(forms) else []
    waiting = [each for each in told if each.case == case]
    return {"evidence": rows, "not_taken": waiting}
