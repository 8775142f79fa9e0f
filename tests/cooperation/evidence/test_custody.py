"""Does a record say who had the evidence on which conditions, in whatever order its lines come, and what broke?"""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.cooperation.evidence.chain import Fault, fold_custody
from liaison.cooperation.evidence.conditions import UseConditions, conditions_of, fields_of, hash_conditions
from liaison.cooperation.evidence.custody import Event, decode_line
from liaison.cooperation.evidence.endings import is_reminded
from liaison.cooperation.evidence.manifest import hash_manifest
from liaison.cooperation.evidence.record import decode_record, encode_record, make_record, merge_records
from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.messages.forms import check_fields, code_list, find_form
from liaison.messages.transcript import Standing
from liaison.wire.identifiers import parse_instant
from tests.cooperation.evidence.records import ACCEPTED, CONDITIONS, MANIFEST, Telling, whole_story
from tests.messages.scenes import Scene
from tests.register.registry import small_register


def test_a_whole_record_is_proven_and_says_who_has_the_evidence() -> None:
    told = whole_story()
    report = told.report()
    assert (report.proven, {each.code for each in report.findings}) == (True, {"not-witnessed"})
    assert {each.standing for each in report.lines} == {Standing.COUNTS}
    holds = {desk: each.holds for desk, each in report.holders.items()}
    assert holds == {told.desk("XC"): True, told.desk("XD"): False, told.desk("XE"): False}
    assert report.holders[told.desk("XC")].conditions is None
    assert report.holders[told.desk("XE")].conditions == CONDITIONS


@given(st.randoms(use_true_random=False))
def test_the_fold_depends_on_the_lines_and_not_on_their_order(chance: random.Random) -> None:
    lines = whole_story().lines
    shuffled = chance.sample(lines, len(lines))
    assert fold_custody(hash_manifest(MANIFEST), shuffled) == fold_custody(hash_manifest(MANIFEST), lines)


@given(st.sets(st.integers(0, 10)), st.sets(st.integers(0, 10)))
def test_two_parts_of_a_record_make_one_and_a_gap_shows(some: set[int], others: set[int]) -> None:
    told = whole_story()
    parts = [
        make_record(MANIFEST, [told.lines[0], *(told.lines[number] for number in chosen)], {})
        for chosen in (some, others)
    ]
    merged = merge_records(*parts)
    assert merged == merge_records(*reversed(parts))
    missing = len(told.lines) - len(merged.lines)
    if not missing:
        assert merged.fold() == told.record().fold()
    # A line that nothing builds on may be missing unseen: a record shows what it holds, not what was never sent.
    named = {name for each in merged.lines for name in (each.line.prev, each.line.takes, each.line.consent) if name}
    gap = not named <= {each.line_hash for each in merged.lines}
    assert (Fault.LINE_MISSING in {each.fault for each in merged.fold().broken}) == gap


def test_a_record_survives_its_bytes_and_another_one_is_refused() -> None:
    record = whole_story().record()
    data = encode_record(record)
    assert decode_record(data) == record
    for altered in (data[:-1], data.replace(b'"record":1', b'"record":2'), data + b" "):
        with pytest.raises(MalformedError):
            decode_record(altered)
    other = msgspec.structs.replace(MANIFEST, files=MANIFEST.files[:1])
    with pytest.raises(VerificationError, match="evidence-of-another"):
        merge_records(record, make_record(other, record.lines, {}))


def test_any_byte_of_a_line_that_changes_breaks_it_or_its_signature() -> None:
    told = Telling()
    given_over = told.give("XC", "XD")
    for place in range(0, len(given_over.bytes), 7):
        altered = bytearray(given_over.bytes)
        altered[place] ^= 1
        try:
            told.lines[1] = decode_line(bytes(altered))
        except LiaisonError:
            continue
        assert not told.report().proven


@pytest.mark.parametrize(
    "said",
    [
        {"event": Event.OPENED, "evidence": None},
        {"event": Event.OPENED, "to": "XD"},
        {"event": Event.TAKEN},
        {"event": Event.HANDED_OVER, "to": "XD"},
        {"event": Event.DESTROYED},
        {"event": Event.COPIED, "remark": "two\nlines"},
        {"event": Event.COPIED, "n": 3, "prev": None},
        {"event": Event.COLLECTED, "evidence": None, "manifest": "ab" * 32},
    ],
)
def test_a_line_says_what_its_event_wants_and_nothing_else(said: dict[str, Any]) -> None:
    told = Telling()
    with pytest.raises(MalformedError, match="custody-line"):
        told.add("XC", **(said | ({"to": told.desk(said["to"])} if "to" in said else {})))


def test_a_desk_that_was_not_given_it_has_nothing() -> None:
    told = Telling()
    told.add("XD", Event.OPENED)
    assert told.faults() == {Fault.WITHOUT_CUSTODY}


def test_nobody_takes_what_was_handed_to_another() -> None:
    told = Telling()
    told.take("XE", told.give("XC", "XD"))
    assert told.faults() == {Fault.NOT_HANDED_TO}


@pytest.mark.parametrize("accepted", [None, "ab" * 32])
def test_opening_without_accepting_those_conditions_shows(accepted: str | None) -> None:
    told = Telling()
    told.take("XD", told.give("XC", "XD"))
    told.add("XD", Event.OPENED, accepted=accepted)
    assert told.faults() == {Fault.NOT_ACCEPTED}


def test_a_copy_before_any_opening_shows() -> None:
    told = Telling()
    told.take("XD", told.give("XC", "XD"))
    told.add("XD", Event.COPIED)
    assert told.faults() == {Fault.NOT_ACCEPTED}


ONWARD = {
    ("not-allowed", "XC"): set(),
    ("not-allowed", "XE"): {Fault.ONWARD_NOT_ALLOWED},
    ("ask-first", "XC"): set(),
    ("ask-first", "XE"): {Fault.ONWARD_NOT_ALLOWED},
    ("same-conditions", "XE"): set(),
}


@pytest.mark.parametrize(("rule", "to"), ONWARD)
def test_evidence_goes_on_only_as_the_conditions_allow(rule: Any, to: str) -> None:
    told, conditions = Telling(), msgspec.structs.replace(CONDITIONS, onward=rule)
    told.take("XD", told.give("XC", "XD", conditions))
    told.give("XD", to, conditions)
    assert told.faults() == ONWARD[rule, to]


def test_it_goes_on_under_the_same_conditions_only() -> None:
    told, free = Telling(), msgspec.structs.replace(CONDITIONS, onward="same-conditions")
    told.take("XD", told.give("XC", "XD", free))
    told.give("XD", "XE", msgspec.structs.replace(free, ending="keep", ends_by=None))
    assert told.faults() == {Fault.CONDITIONS_CHANGED}


@pytest.mark.parametrize("wrong", ["recipient", "desk", "none"])
def test_consent_is_for_one_recipient_and_by_whoever_collected_it(wrong: str) -> None:
    told = Telling()
    told.take("XD", told.give("XC", "XD"))
    who, whom = {"recipient": ("XC", "XC"), "desk": ("XD", "XE"), "none": ("XC", "XE")}[wrong]
    consent = told.add(who, Event.CONSENTED, to=told.desk(whom))
    told.give("XD", "XE", consent=None if wrong == "none" else consent.line_hash)
    assert Fault.ONWARD_NOT_ALLOWED in told.faults()


def test_after_its_destruction_a_desk_has_nothing_until_it_takes_it_again() -> None:
    told = Telling()
    told.take("XD", told.give("XC", "XD"))
    told.add("XD", Event.DESTROYED, means="erased")
    again = told.give("XC", "XD")
    told.take("XD", again)
    told.add("XD", Event.OPENED, accepted=ACCEPTED)
    assert told.faults() == set()
    told.add("XD", Event.DESTROYED, means="erased")
    told.add("XD", Event.OPENED, accepted=ACCEPTED)
    assert told.faults() == {Fault.WITHOUT_CUSTODY}


def test_what_comes_back_to_its_source_stays_its_own() -> None:
    told = Telling()
    told.take("XD", told.give("XC", "XD"))
    told.take("XC", told.give("XD", "XC"))
    told.add("XC", Event.OPENED)
    custody = told.record().fold()
    assert (custody.broken, custody.holders[told.desk("XC")].conditions) == ((), None)


def test_two_lines_in_one_place_are_a_fork_and_a_new_epoch_is_told() -> None:
    told = Telling()
    first = told.add("XC", Event.COPIED, remark="one")
    told.lines.remove(first)
    told.add("XC", Event.COPIED, remark="another")
    told.lines.append(first)
    assert told.faults() == {Fault.FORKED}
    told = Telling()
    told.add("XC", Event.COPIED, epoch="ab" * 16)
    report = told.report()
    assert (report.proven, "begun-anew" in {each.code for each in report.findings}) == (True, True)


def test_lines_of_another_item_or_of_an_exercise_are_told_apart() -> None:
    for changes in ({"evidence": "ab" * 32}, {"exercise": False}, {"register": "cd" * 32}):
        told = Telling()
        told.add("XC", Event.COPIED, **changes)
        assert Fault.OF_SEVERAL in told.faults(), changes


def test_a_line_by_another_node_is_worth_nothing() -> None:
    told = Telling()
    told.add("XC", Event.COPIED, signer="XD")
    report = told.report()
    assert not report.proven
    assert [each.standing for each in report.lines] == [Standing.COUNTS, Standing.INVALID]


def test_a_clock_that_went_back_is_told_and_takes_nothing_away() -> None:
    told = Telling()
    told.add("XC", Event.COPIED, at="2026-11-01T00:00:00Z")
    report = told.report()
    assert (report.proven, {each.code for each in report.findings}) == (True, {"clock-went-back", "not-witnessed"})


def test_conditions_are_fields_of_the_form_and_back() -> None:
    for conditions in (CONDITIONS, msgspec.structs.replace(CONDITIONS, ending="keep", ends_by=None, proceedings=None)):
        fields = fields_of(conditions)
        words = {"evidence": "ab" * 32, "description": {"lang": "en", "text": "A disk"}}
        check_fields(find_form("evidence-handover", 1), words | fields)
        assert conditions_of(words | fields) == conditions
    kept: UseConditions = msgspec.structs.replace(CONDITIONS, ending="keep")
    for changed in (kept, msgspec.structs.replace(CONDITIONS, ends_by=None)):
        with pytest.raises(MalformedError, match="evidence-ending"):
            conditions_of(fields_of(changed))
    assert hash_conditions(CONDITIONS) != hash_conditions(kept)


def test_every_event_and_finding_has_its_words() -> None:
    assert set(code_list("custody-event")) == set(Event)
    assert set(code_list("custody-finding")) >= set(Fault)


@pytest.mark.parametrize(
    ("told", "now", "due"),
    [
        (None, "2027-05-17", False),
        (None, "2027-05-18", True),
        ("2027-05-18", "2027-05-28", False),
        ("2027-05-18", "2027-05-29", True),
        ("2027-05-29", "2027-06-01", True),
        ("2027-06-01", "2027-06-07", False),
        ("2027-06-01", "2027-06-08", True),
        (None, "2028-01-01", True),
        ("2028-01-01", "2028-01-02", False),
    ],
)
def test_a_date_is_told_before_it_on_it_and_every_week_after(told: str | None, now: str, due: bool) -> None:
    moments = [None if day is None else parse_instant(f"{day}T00:00:00Z") for day in (told, now)]
    before, today = moments
    assert today is not None
    assert is_reminded(parse_instant("2027-06-01T00:00:00Z"), before, today) is due


def after_revocation(**since: int) -> tuple[Telling, list[Standing]]:
    """XC hands over to XD, which takes it, then says one thing more; then XC's key is revoked."""
    registry = small_register()
    told = Telling(Scene(registry))
    told.take("XD", told.give("XC", "XD"))
    told.add("XC", Event.COPIED)
    registry.revoke("XC/main/message", "XC", **since)
    return told, [each.standing for each in told.report().lines]


def test_of_a_revoked_key_counts_what_another_participant_built_on() -> None:
    word, counts = Standing.SENDERS_WORD_ONLY, Standing.COUNTS
    told, standings = after_revocation()
    by = dict(zip((each.line.event for each in told.report().lines), standings, strict=True))
    assert by == {
        Event.COLLECTED: counts,
        Event.HANDED_OVER: counts,
        Event.TAKEN: counts,
        Event.COPIED: word,
    }
    assert told.report().proven


def test_of_a_key_suspect_from_the_beginning_nothing_counts() -> None:
    _, standings = after_revocation(since=1)
    assert standings.count(Standing.SENDERS_WORD_ONLY) == 3
