"""Does evidence go on to a third desk only with the consent of whoever collected it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from liaison.errors import LiaisonError
from liaison.node.models import IncomingCopy
from liaison.node.services.evidence.onward import answer_onward, ask_onward
from tests.cooperation.evidence.records import CONDITIONS, FILES
from tests.node.evidence.exchange import OFFICER, Exchange

WHY = {"lang": "en", "text": "The accounts are kept there."}


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Exchange]:
    with Exchange(tmp_path, codes=("XC", "XD", "XE")) as built:
        yield built


def asked(between: Exchange, evidence: str) -> str:
    """XD asks XC whether XE may have it; the message as XC received it."""
    ask_onward(between.node("XD"), between.seat("XD"), evidence, between.desk("XE"), WHY, by=OFFICER)
    between.settle()
    with between.at("XC"):
        return str(IncomingCopy.objects.get(form="onward-request").message_id)


def refused(between: Exchange, evidence: str, **given: object) -> str:
    with pytest.raises(LiaisonError) as caught:
        between.hand_over(evidence, "XD", "XE", **given)
    return caught.value.code


def test_with_consent_it_goes_on_and_everybody_can_prove_it(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    assert refused(between, evidence, conditions=None) == "evidence-onward"
    request = asked(between, evidence)
    answer_onward(between.node("XC"), between.seat("XC"), request, allowed=True, by=OFFICER)
    between.settle()
    between.hand_over(evidence, "XD", "XE", conditions=None)
    xc, xd, xe = (between.desk(code) for code in ("XC", "XD", "XE"))
    events = between.events("XE", evidence)
    assert {("consented", xc), ("handed-over", xd), ("taken", xe)} <= set(events)
    found = between.read("XE", evidence)
    assert (found.conditions, found.given_by, found.source) == (CONDITIONS, xd, xc)
    assert between.open("XE", evidence) == FILES


def test_a_refusal_leaves_it_where_it_is(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    request = asked(between, evidence)
    answer_onward(between.node("XC"), between.seat("XC"), request, allowed=False, by=OFFICER, remark=WHY)
    between.settle()
    assert refused(between, evidence, conditions=None) == "evidence-onward"
    assert between.has("XE") == []


def test_other_conditions_than_those_that_bind_are_refused(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence, conditions=msgspec.structs.replace(CONDITIONS, onward="same-conditions"))
    assert refused(between, evidence) == "evidence-conditions-bound"
    between.hand_over(evidence, "XD", "XE", conditions=None)
    assert between.has("XE") == [evidence]


def test_it_is_given_back_whatever_the_conditions_say(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence, conditions=msgspec.structs.replace(CONDITIONS, onward="not-allowed"))
    between.hand_over(evidence, "XD", "XC", conditions=None)
    assert between.events("XC", evidence)[-1] == ("taken", between.desk("XC"))
    assert (between.read("XC", evidence).conditions, between.open("XC", evidence)) == (None, FILES)


def test_nobody_answers_for_another(between: Exchange) -> None:
    evidence = between.collect()
    between.hand_over(evidence)
    with pytest.raises(LiaisonError, match="evidence-own"):
        ask_onward(between.node("XC"), between.seat("XC"), evidence, between.desk("XE"), WHY, by=OFFICER)
