"""Does evidence wait for a second person like any other message, and is nothing signed before it leaves?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import LiaisonError
from liaison.node.models import AuditRow, ClearanceRequest
from liaison.node.services.evidence.ending import Destruction, destroy_evidence
from liaison.node.services.evidence.giving import HandOver, hand_over
from liaison.node.services.evidence.onward import answer_onward, ask_onward
from liaison.node.services.inside.clearance import Gone, approve, give_back
from liaison.node.services.people.officers import Seat
from liaison.node.work.at_once import deliver_at_once
from liaison.officers.clearance import Demand
from liaison.officers.permissions import Role
from tests.cooperation.evidence.records import CONDITIONS, FILES
from tests.node.evidence.exchange import OFFICER, Exchange
from tests.node.evidence.test_onward import WHY
from tests.node.inside.desks import rule

SECOND = 8


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Exchange]:
    with Exchange(tmp_path, codes=("XC", "XD", "XE")) as built:
        yield built


def approver(between: Exchange, code: str) -> Seat:
    return between.seat(code, Role.APPROVER)


def handed_in(between: Exchange, evidence: str) -> Gone:
    wish = HandOver(to=between.desk("XD"), conditions=CONDITIONS)
    typed = {"to": ["XD"], "evidence": [evidence]}
    return hand_over(between.node("XC"), between.seat("XC"), evidence, wish, by=OFFICER, typed=typed)


def let_go(between: Exchange, code: str, gone: Gone) -> None:
    """A second person clears it, and it arrives."""
    sent = approve(between.node(code), approver(between, code), gone.request, by=SECOND)
    deliver_at_once(between.node(code), [lease for each in sent for lease in each.leases])
    between.settle()


def said(between: Exchange, code: str, evidence: str) -> list[str]:
    return [event for event, _ in between.events(code, evidence)]


def test_a_hand_over_waits_and_its_line_is_signed_when_a_second_person_lets_it_go(between: Exchange) -> None:
    rule(between, "XC", Demand.NEEDED)
    evidence = between.collect()
    gone = handed_in(between, evidence)
    assert gone.request and not gone.sent and said(between, "XC", evidence) == ["collected"]
    between.settle()
    assert between.has("XD") == []
    with pytest.raises(LiaisonError, match="clearance-own"):
        approve(between.node("XC"), approver(between, "XC"), gone.request, by=OFFICER)
    let_go(between, "XC", gone)
    assert said(between, "XD", evidence) == ["collected", "handed-over", "taken"]
    assert between.open("XD", evidence) == FILES and between.read("XD", evidence).conditions == CONDITIONS
    with between.at("XC"):
        trail = dict(AuditRow.objects.filter(action="evidence-handed-over").values_list("action", "officer"))
    assert trail == {"evidence-handed-over": OFFICER}


def test_a_hand_over_that_is_given_back_keeps_what_was_typed_and_signs_nothing(between: Exchange) -> None:
    rule(between, "XC", Demand.NEEDED)
    evidence = between.collect()
    gone = handed_in(between, evidence)
    give_back(between.node("XC"), approver(between, "XC"), gone.request, by=SECOND, reason="Name the proceedings.")
    with between.at("XC"):
        assert ClearanceRequest.objects.get(pk=gone.request).typed == {"to": ["XD"], "evidence": [evidence]}
    again = handed_in(between, evidence)
    with between.at("XC"):
        assert ClearanceRequest.objects.get(pk=gone.request).typed == {}
    assert again.request > gone.request and said(between, "XC", evidence) == ["collected"]


def test_what_was_destroyed_while_it_waited_does_not_leave(between: Exchange) -> None:
    rule(between, "XC", Demand.NEEDED)
    evidence = between.collect()
    gone = handed_in(between, evidence)
    destroy_evidence(between.node("XC"), between.seat("XC"), evidence, Destruction("erased"), by=OFFICER)
    with pytest.raises(LiaisonError, match="evidence-destroyed"):
        approve(between.node("XC"), approver(between, "XC"), gone.request, by=SECOND)
    assert said(between, "XC", evidence) == ["collected", "destroyed"]


def test_consent_is_signed_when_its_answer_leaves(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    asked = ask_onward(between.node("XD"), between.seat("XD"), evidence, between.desk("XE"), WHY, by=OFFICER)
    between.settle()
    rule(between, "XC", Demand.NEEDED)
    (question,) = asked.sent
    gone = answer_onward(between.node("XC"), between.seat("XC"), question.message_id, allowed=True, by=OFFICER)
    assert gone.request and "consented" not in said(between, "XC", evidence)
    let_go(between, "XC", gone)
    assert "consented" in said(between, "XD", evidence)
    between.hand_over(evidence, "XD", "XE", conditions=None)
    assert between.has("XE") == [evidence]


def test_a_destruction_happens_at_once_and_only_its_record_waits(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    rule(between, "XD", Demand.NEEDED)
    gone = destroy_evidence(between.node("XD"), between.seat("XD"), evidence, Destruction("erased"), by=OFFICER)
    between.settle()
    assert between.read("XD", evidence).state == "destroyed" and "destroyed" not in said(between, "XC", evidence)
    let_go(between, "XD", gone)
    assert "destroyed" in said(between, "XC", evidence)
