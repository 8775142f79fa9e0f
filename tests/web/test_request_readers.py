"""Does a request of a case that was closed to named officers say nothing of it to anybody else?"""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import ASSISTANCE, DONE, PRESERVATION, Dossier
from tests.web.visiting import Visitor, visit

SAID = [
    *(each["text"] for fields in (PRESERVATION, ASSISTANCE) for each in fields.values() if isinstance(each, dict)),
    PRESERVATION["own_reference"],
    "Order 4/2026",
]


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier(tmp_path)


def said_on(visitor: Visitor, *tails: str) -> set[str]:
    """What of the words of both sides stands on these pages."""
    pages = [html.unescape(re.sub(r"<[^>]*>", " ", visitor.get(visitor.at(tail)).content.decode())) for tail in tails]
    return {words for words in SAID for page in pages if words in page}


def test_an_officer_who_is_not_named_reads_nothing_of_it_and_acts_on_nothing(dossier: Dossier) -> None:
    root = dossier.ask()
    dossier.answer(root, **DONE)
    case, message = dossier.request("XD", root).case, dossier.request("XD", root).message_id
    named, other = (visit(dossier.world, "XD", Role.OFFICER) for _ in range(2))
    at = f"{dossier.world.clock.now():%Y-%m-%dT%H:%MZ}"
    step = {"moment": "ordered", "at": at, "zone": "UTC", "reference": "Order 4/2026"}
    named.send(f"requests/{root}/step", **step)
    pages = (
        "",
        "requests/",
        f"requests/{root}/",
        "requests/dates",
        "requests/dates.ics",
        "requests/figures",
        "cases/",
        f"cases/{case}/",
    )
    assert "Order 4/2026" in said_on(named, *pages) and PRESERVATION["facts"]["text"] in said_on(named, *pages)
    named.send(f"cases/{case}/readers/close", officer=str(named.officer))
    assert said_on(other, *pages) == set()
    for tail in (
        f"cases/{case}/paper/{message}",
        f"cases/{case}/say/request-answer",
        f"requests/{root}/step",
        f"cases/{case}/transcript",
    ):
        other.see(tail, status=404)
    assert "What can be done now" not in other.see(f"requests/{root}/")
    assert other.post(other.at(f"requests/{root}/status")).status_code == 400
    assert other.post(other.at(f"requests/{root}/step"), step).status_code == 404
    assert said_on(named, *pages)


def test_an_auditor_sees_that_it_is_and_reads_it_by_leave_alone(dossier: Dossier) -> None:
    root = dossier.ask()
    case = dossier.request("XD", root).case
    giver, auditor = visit(dossier.world, "XD", Role.APPROVER), visit(dossier.world, "XD", Role.AUDITOR)
    assert "Request to preserve data" in auditor.see(f"requests/{root}/")
    assert said_on(auditor, "requests/", f"requests/{root}/", f"cases/{case}/") == set()
    given = {"auditor": str(auditor.officer), "days": "7", "reason": "Complaint 4/2026"}
    giver.send(f"cases/{case}/readers/grant", **given)
    assert PRESERVATION["facts"]["text"] in said_on(auditor, f"cases/{case}/")
    auditor.send(f"requests/{root}/status", status=403)
