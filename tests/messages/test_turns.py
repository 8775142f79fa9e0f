"""Does a case say whose turn it is, until when, and whether it is closed, from what was said alone?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from liaison.messages.turns import Standing, Turn, Word, after

START = datetime(2026, 11, 22, 3, 2, tzinfo=UTC)
ASKED = {"incident_type": "fraud:phishing", "expectation": "answer-asked", "severity": {"common": 3, "own": None}}


def word(
    form: str, *, ours: bool = False, minute: int = 0, wanted: str | None = None, fields: Any = None, urgency: str = ""
) -> Word:
    core: Any = SimpleNamespace(form=form, wanted_by=wanted, urgency=urgency or "routine")
    return Word(core, fields if fields is not None else {}, ours, START + timedelta(minutes=minute))


def told(*words: Word) -> Standing:
    standing: Standing | None = None
    for each in words:
        standing = after(standing, each)
    assert standing is not None
    return standing


def test_a_notice_that_asks_for_an_answer_is_our_turn_until_when_it_is_wanted() -> None:
    standing = told(word("incident-notice", fields=ASKED, wanted="2026-11-22T05:00:00Z"))
    assert (standing.turn, standing.due) == (Turn.US, datetime(2026, 11, 22, 5, tzinfo=UTC))
    assert (standing.incident_type, standing.severity) == ("fraud:phishing", 3)


def test_a_notice_for_information_waits_for_nobody() -> None:
    assert told(word("incident-notice", fields={"expectation": "for-information"})).turn is Turn.NOBODY


def test_an_acknowledgement_is_no_answer_and_its_promise_is_our_clock() -> None:
    promise = {"answer_expected": "2026-11-22T04:00:00Z"}
    standing = told(
        word("incident-notice", fields=ASKED, wanted="2026-11-22T05:00:00Z"),
        word("acknowledgement", ours=True, minute=7, fields=promise),
    )
    assert (standing.turn, standing.due) == (Turn.US, datetime(2026, 11, 22, 4, tzinfo=UTC))
    assert standing.acknowledged_at == START + timedelta(minutes=7)


def test_the_other_sides_promise_replaces_what_we_asked_for() -> None:
    standing = told(
        word("information-request", ours=True, wanted="2026-11-22T05:00:00Z"),
        word("acknowledgement", minute=3, fields={"answer_expected": "2026-11-23T05:00:00Z"}),
    )
    assert (standing.turn, standing.due) == (Turn.THEM, datetime(2026, 11, 23, 5, tzinfo=UTC))


def test_a_reminder_leaves_the_clock_and_the_beginning_of_the_wait() -> None:
    standing = told(
        word("information-request", ours=True, wanted="2026-11-22T05:00:00Z"),
        word("reminder", ours=True, minute=240),
    )
    assert (standing.turn_since, standing.due) == (START, datetime(2026, 11, 22, 5, tzinfo=UTC))


def test_a_case_is_closed_by_our_word_and_opened_again_by_theirs() -> None:
    closing = word("close", ours=True, minute=9, fields={"outcome": "resolved"})
    closed = told(word("incident-notice", fields=ASKED), closing)
    assert (closed.closed_at, closed.outcome, closed.turn) == (closing.at, "resolved", Turn.NOBODY)
    assert told(word("incident-notice"), closing, word("close", minute=12)).closed_at == closing.at
    assert told(word("incident-notice"), closing, word("acknowledgement", minute=12)).closed_at == closing.at
    again = told(word("incident-notice"), closing, word("reply", minute=12))
    assert (again.closed_at, again.outcome, again.turn) == (None, "", Turn.US)


def test_a_request_stays_our_turn_until_our_last_answer_to_it_whatever_is_asked_meanwhile() -> None:
    asked = word("preservation-request", wanted="2026-11-22T05:00:00Z")
    interim = word("request-answer", ours=True, minute=5, fields={"decision": "accepted", "last": False})
    query, state = word("status-query", minute=6), word("status-answer", ours=True, minute=7)
    standing = told(asked, interim, query, state)
    assert (standing.turn, standing.due) == (Turn.US, datetime(2026, 11, 22, 5, tzinfo=UTC))
    assert told(asked, word("request-consultation", ours=True, minute=5)).turn is Turn.THEM
    assert told(asked, word("request-answer", ours=True, minute=9, fields={"last": True})).turn is Turn.NOBODY
    assert told(asked, word("request-withdrawal", minute=9)).turn is Turn.NOBODY
    assert told(word("spontaneous-information")).turn is Turn.NOBODY


FORMS = ("incident-notice", "reply", "acknowledgement", "close", "withdrawal", "correction", "reminder", "line-test")


@given(st.lists(st.tuples(st.sampled_from(FORMS), st.booleans()), min_size=1, max_size=20))
def test_no_acknowledgement_changes_whose_turn_it_is(said: list[tuple[str, bool]]) -> None:
    words = [word(form, ours=ours, minute=at) for at, (form, ours) in enumerate(said)]
    spoken = [each for each in words if each.core.form != "acknowledgement"]
    whole, without = told(words[0], *words[1:]), told(words[0], *(each for each in spoken if each is not words[0]))
    assert (whole.turn, whole.turn_since, whole.closed_at) == (without.turn, without.turn_since, without.closed_at)
