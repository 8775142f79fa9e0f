"""Are checks due, and entries fresh, exactly when a naive reading of the rules says so?"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.duty.checks import node_check, results, schedule
from liaison.duty.checks.planned_work import Work
from liaison.duty.checks.results import Audience, Finding, NodeResult, Outcome, PersonResult, Trend
from liaison.duty.checks.schedule import Cadence
from liaison.duty.freshness import State, confirmed_at, freshness, warning
from liaison.errors import MalformedError, VerificationError
from liaison.messages.parties import DeskRef, NodeRef

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 26, 3, 2, tzinfo=UTC)
OWN = NodeRef("a" * 64, "main")
instants = st.integers(1_577_836_800, 2_051_222_400).map(lambda at: datetime.fromtimestamp(at, UTC))
peers = st.builds(NodeRef, st.text("0123456789abcdef", min_size=64, max_size=64), st.sampled_from(["main", "csirt"]))
days = st.integers(0, 400).map(lambda count: timedelta(days=count))


@given(peers, instants, days, st.none() | days)
def test_a_node_is_looked_at_when_a_moment_of_it_has_passed_since_the_last_look(
    peer: NodeRef, now: datetime, since: timedelta, last: timedelta | None
) -> None:
    began, looked = now - since, now - last if last is not None else None
    moment = schedule.slot(OWN, peer, now)
    # Naively: walk through all moments of the day since then.
    moments = itertools.takewhile(lambda at: at > (looked or began), (moment - count * DAY for count in range(402)))
    assert schedule.is_due(OWN, peer, last=looked, since=began, now=now) == (next(moments, None) is not None)
    assert now - DAY < moment <= now


@given(peers, instants)
def test_the_same_two_meet_once_in_every_24_hours(peer: NodeRef, now: datetime) -> None:
    at, looks = now, []
    last: datetime | None = None
    for _ in range(24 * 4):
        at += timedelta(hours=1)
        if schedule.is_due(OWN, peer, last=last, since=now, now=at):
            looks.append(at)
            last = at
    assert len(looks) == 4
    assert {later - earlier for earlier, later in itertools.pairwise(looks)} == {DAY}


def test_the_checks_of_many_nodes_are_spread_over_the_day() -> None:
    hours = [schedule.slot(OWN, NodeRef(f"{number:064x}", "main"), NOW).hour for number in range(2400)]
    assert all(60 <= hours.count(hour) <= 140 for hour in range(24))


def test_a_look_that_lies_ahead_counts_as_none() -> None:
    peer = NodeRef("b" * 64, "main")
    assert schedule.is_due(OWN, peer, last=NOW + 30 * DAY, since=NOW - 2 * DAY, now=NOW)


@given(instants, st.binary(min_size=8, max_size=8), st.sampled_from(Cadence))
def test_a_round_begins_when_its_cadence_says(begun: datetime, drawn: bytes, cadence: Cadence) -> None:
    found = schedule.next_round(cadence, begun, drawn=drawn)
    if cadence is Cadence.RANDOM:
        assert found is not None
        assert begun + 30 * DAY <= found <= begun + 90 * DAY
    else:
        naive = {Cadence.BY_HAND: None, Cadence.MONTHLY: begun + 30 * DAY, Cadence.HALF_YEARLY: begun + 182 * DAY}
        assert found == naive[cadence]


@given(days, st.none() | days)
def test_an_entry_is_due_after_90_days_and_stale_after_120_without_any_sign(
    confirmed: timedelta, answered: timedelta | None
) -> None:
    found = freshness(NOW - confirmed, NOW - answered if answered is not None else None, NOW)
    signs = [confirmed] if answered is None else [confirmed, answered]
    expected = State.FRESH
    if confirmed.days > 90:
        expected = State.STALE if min(sign.days for sign in signs) > 120 else State.DUE
    assert found.state is expected


@given(instants, st.none() | instants, st.none() | instants)
def test_an_entry_is_never_newer_than_now_or_than_the_log_bears_out(
    issued: datetime, after: datetime | None, by: datetime | None
) -> None:
    found = confirmed_at(issued, after=after, by=by, now=NOW)
    assert found <= NOW
    assert by is None or found <= by
    if after is not None and after <= min(NOW, by or NOW):
        assert found >= after
    if all((after is None or after <= issued, by is None or issued <= by, issued <= NOW)):
        assert found == issued


@pytest.mark.parametrize(
    ("left", "warned"),
    [(61, None), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-400, 0)],
)
def test_keys_are_warned_of_at_60_30_and_7_days(left: int, warned: int | None) -> None:
    assert warning(NOW + left * DAY, NOW) == warned


def result(**changes: object) -> NodeResult:
    given: dict[str, object] = {"skew": 0.0, "worker": 3, "key_made": NOW - DAY, "version": "0.1.0"}
    return NodeResult(NOW, Outcome.ANSWERED, **(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        ({"skew": 301.0}, (Finding.CLOCK_AHEAD,)),
        ({"skew": -86400.0}, (Finding.CLOCK_BEHIND,)),
        ({"worker": 301}, (Finding.WORKER_SILENT,)),
        ({"worker": None}, ()),
        ({"key_made": NOW - 46 * DAY}, (Finding.KEY_OLD,)),
        ({"key_made": NOW - 46 * DAY, "skew": 86400.0}, (Finding.CLOCK_AHEAD,)),
    ],
)
def test_what_a_node_says_is_judged(changes: dict[str, object], found: tuple[Finding, ...]) -> None:
    judged = result(**changes)
    assert results.findings(judged) == found
    assert judged.good == (not found)


@given(st.lists(st.booleans(), max_size=30))
def test_the_trend_compares_the_last_seven_with_the_seven_before(good: list[bool]) -> None:
    found = results.trend(good)
    if len(good) < 14:
        assert found is Trend.TOO_FEW
        return
    newest = [each for place, each in enumerate(reversed(good)) if place < 7].count(True)
    before = [each for place, each in enumerate(reversed(good)) if 7 <= place < 14].count(True)
    assert found is {0: Trend.STEADY, 1: Trend.BETTER, -1: Trend.WORSE}[(newest > before) - (newest < before)]


@given(st.lists(st.booleans(), max_size=40))
def test_no_sum_tells_of_fewer_than_five(answered: list[bool]) -> None:
    found = results.aggregate(answered)
    assert found.asked in (None, len(answered))
    assert (found.asked is None) == (len(answered) < 5)
    if found.answered is not None:
        assert found.asked is not None
        assert 5 <= found.answered <= found.asked - 5


@given(instants)
def test_sums_are_of_six_whole_months_that_are_over_and_stand_still_until_the_next(now: datetime) -> None:
    begins, ends = results.summed_months(now)
    assert begins < ends <= now
    # Naively: walk through the days and count how often a month begins.
    days = ((begins + count * DAY) for count in range((ends - begins) // DAY))
    assert sum(day.day == 1 for day in days) == 6
    assert (begins.day, ends.day, ends.hour, ends.minute, ends.second) == (1, 1, 0, 0, 0)
    until = next(now + count * DAY for count in range(1, 40) if (now + count * DAY).month != now.month)
    assert results.summed_months(until - DAY) == (begins, ends) != results.summed_months(until)


@given(st.lists(st.none() | days, max_size=30))
def test_how_a_desk_answered_is_counted_as_by_hand(took: list[timedelta | None]) -> None:
    found = results.standing(took)
    waits = sorted(each for each in took if each is not None)
    assert (found.asked, found.answered) == (len(took), len(waits))
    if waits:
        assert found.half is not None
        assert sum(each <= found.half for each in waits) * 2 >= len(waits)
        assert waits[0] <= found.half <= waits[-1]
    assert found.trend is results.trend([each is not None and each <= DAY for each in took])


@given(st.lists(st.tuples(st.none() | days, st.booleans()), max_size=30))
def test_what_planned_work_explains_is_counted_and_left_out_of_the_trend_alone(
    asked: list[tuple[timedelta | None, bool]],
) -> None:
    work, took = Work(NOW - DAY, NOW + DAY), [each for each, _ in asked]
    excused = [results.is_excused(each, work if at_work else None) for each, at_work in asked]
    found, plain = results.standing(took, excused=excused), results.standing(took)
    assert (found.asked, found.answered, found.half) == (plain.asked, plain.answered, plain.half)
    assert found.excused == sum(at_work and (each is None or each > DAY) for each, at_work in asked)
    rest = [each for each, out in zip(took, excused, strict=True) if not out]
    assert found.trend is results.standing(rest).trend


def test_the_secretariat_learns_whether_and_never_when_and_others_nothing() -> None:
    desk = DeskRef("b" * 64, "main", "duty")
    given = PersonResult(desk, NOW - DAY, "0192", received=True, answered=NOW)
    own = results.told(given, Audience.OWN)
    secretariat = results.told(given, Audience.SECRETARIAT)
    assert own is not None
    assert (own.asked, own.took) == (NOW - DAY, DAY)
    assert secretariat is not None
    assert (secretariat.answered, secretariat.asked, secretariat.took, secretariat.case) == (True, None, None, "")
    assert results.told(given, Audience.OTHERS) is None


QUESTION = node_check.Question(DeskRef("b" * 64, "main", "duty"), "0" * 32, "c" * 64, "2026-11-26T03:02:00Z")


@given(st.none() | st.integers(0, 2**53 - 1), st.none() | st.just("2026-11-20T00:00:00Z"))
def test_every_answer_has_one_size_and_is_read_as_it_was_written(worker: int | None, made: str | None) -> None:
    answer = node_check.Answer(made, QUESTION.nonce, "2026-11-26T03:02:01Z", "", "0.1.0", worker)
    data = node_check.encode_answer(answer)
    read = node_check.decode_answer(data, QUESTION)
    assert len(data) == node_check.ANSWER_SIZE
    assert (read.key_made, read.worker, read.version) == (made, worker, "0.1.0")


def test_an_answer_says_since_when_somebody_is_on_duty_and_one_of_later_than_its_own_clock_is_refused() -> None:
    given = node_check.Answer(None, QUESTION.nonce, "2026-11-26T03:02:01Z", "", "0.1.0", None)
    for since, read in (
        ("2026-11-25T22:00:00Z", True),
        ("2026-11-26T03:02:01Z", True),
        ("2026-11-26T03:02:02Z", False),
    ):
        data = node_check.encode_answer(msgspec.structs.replace(given, duty_since=since))
        assert len(data) == node_check.ANSWER_SIZE
        if read:
            assert node_check.decode_answer(data, QUESTION).duty_since == since
        else:
            with pytest.raises(MalformedError, match="check-answer-duty"):
                node_check.decode_answer(data, QUESTION)
    assert b"duty_since" not in node_check.encode_answer(given)


def test_an_answer_to_another_question_or_of_another_size_is_refused() -> None:
    answer = node_check.Answer(None, "1" * 32, "2026-11-26T03:02:01Z", "", "0.1.0", None)
    data = node_check.encode_answer(answer)
    with pytest.raises(VerificationError, match="check-answer-differs"):
        node_check.decode_answer(data, QUESTION)
    with pytest.raises(MalformedError, match="check-answer-size"):
        node_check.decode_answer(data + b" ", QUESTION)


def test_a_question_is_read_as_it_was_written() -> None:
    assert node_check.decode_question(node_check.encode_question(QUESTION)) == QUESTION
