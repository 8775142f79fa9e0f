"""Is a provider told privately, heard, and shown only with its consent, and do both nodes see the same?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from liaison.conduct.measured.evidence import Measure
from liaison.conduct.measured.lifecycle import Audience
from liaison.duty.checks.planned_work import make_work
from liaison.errors import LiaisonError, MalformedError, UsageError
from liaison.messages.message import open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import IncomingCopy, Measurement
from liaison.node.node import Node
from liaison.node.reads.conduct.measured import Shown, find_measured, shown
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.checks.asking import check_desk
from liaison.node.services.checks.persons import ask_persons
from liaison.node.services.checks.planned_work import plan_work
from liaison.node.services.conduct.measured import telling
from liaison.node.services.conduct.measured.telling import Dispute, Review, Text
from liaison.node.services.inside.clearance import approve, give_back
from liaison.node.services.inside.rules import make_clearance_rule
from liaison.node.services.line.sending import Letter, send_letter
from liaison.node.services.people.audit import SYSTEM
from liaison.node.services.people.officers import Seat
from liaison.officers.clearance import Demand, Rule, Silence
from liaison.officers.permissions import Role
from tests.node.conduct.networks import ROAS, SEEN, Networks, copy_shown
from tests.node.inside.desks import HOUR
from tests.world import World

WRONG, RIGHT = Text("This prefix was returned in May."), {"valid": 1, "invalid": 0, "not_found": 0}


@pytest.fixture
def networks(tmp_path: Path) -> Iterator[Networks]:
    made = Networks(tmp_path)
    with made.world:
        yield made


def seen_by(networks: Networks, code: str, audience: Audience = Audience.PUBLIC) -> tuple[Shown, ...]:
    return shown(networks.node(code), networks.world.register, audience)


def dispute(networks: Networks, code: str = "XD") -> None:
    number = networks.find(code).number
    telling.dispute(networks.node(code), networks.seat(code), number, Dispute("data-old", WRONG), by=0)
    networks.world.work()


def consent(networks: Networks, shown_to: str = "public") -> None:
    networks.world.advance(minutes=1)
    number = networks.find("XD").number
    telling.consent(networks.node("XD"), networks.seat("XD"), number, shown_to=shown_to, by=0)
    networks.world.work()


def review(networks: Networks, result: str, counts: dict[str, int] | None = None) -> None:
    networks.world.advance(minutes=1)
    number = networks.find("XC").number
    reviewed = Review(result, Text("Looked at again."), counts)
    telling.review(networks.node("XC"), networks.seat("XC"), number, reviewed, by=0)
    networks.world.work()


def test_every_network_of_a_file_is_measured_or_left_out_for_a_reason(networks: Networks) -> None:
    taken = networks.measure()
    assert dict(taken.left_out) == {"nobody-claims": (64511,), "not-a-provider": (64500,)}
    assert (taken.networks, taken.kept) == (4, 4)
    origins, bogons = networks.find("XC"), networks.find("XC", measure=Measure.BOGONS)
    assert dict(origins.evidence.counts) == {"valid": 1, "invalid": 1, "not_found": 0}
    assert dict(bogons.evidence.counts) == {"allocated": 1, "special_purpose": 1, "not_allocated": 0}
    assert bogons.evidence.rows == ("198.51.100.0/24 special_purpose 2026-11-20T07:00:00Z",)
    assert "Collector of XC; delegated-extended example 2026-11-21" in bogons.evidence.source
    assert {str(each.other) for each in networks.at("XC")} == {str(networks.world.desk("XD", "noc"))}


def test_a_validators_export_gives_the_state_of_every_announcement(networks: Networks) -> None:
    networks.measure(SEEN, ROAS)
    assert dict(networks.find("XC", 64497).evidence.counts) == {"valid": 1, "invalid": 0, "not_found": 0}
    assert [name for name, _ in networks.find("XC", 64497).evidence.files] == ["seen.csv", "export.csv"]


def test_a_file_with_one_bad_row_is_refused_whole_and_what_was_known_stays(networks: Networks) -> None:
    networks.measure()
    before = [each.number for each in networks.at("XC")]
    with pytest.raises(MalformedError, match="measured-file-row"):
        networks.measure(SEEN + b"AS64496,192.0.2.1/24,2026-11-20T06:00:00Z,valid\n")
    assert [each.number for each in networks.at("XC")] == before


def test_what_nobody_was_told_gives_way_to_the_new_and_what_was_told_stays(networks: Networks) -> None:
    networks.tell()
    networks.measure()
    networks.measure()
    of_origins = [each for each in networks.at("XC") if each.evidence.measure is Measure.ROUTE_ORIGIN]
    assert sorted((each.evidence.asn, each.standing.state.value) for each in of_origins) == [
        (64496, "measured"), (64496, "notified"), (64497, "measured"),
    ]  # fmt: skip


def test_how_a_contact_answered_is_counted_only_where_somebody_asked(networks: Networks) -> None:
    assert networks.measure(b"", contacts=True).kept == 0
    world = networks.world
    test = Letter(
        register=world.register, sender=world.desk("XC"), to=(world.desk("XD", "noc"),), form="line-test",
        fields={"person_asked": True},
    )  # fmt: skip
    send_letter(networks.node("XC"), test)
    world.work()
    assert networks.measure(b"", contacts=True).kept == 2
    found = networks.find("XC", measure=Measure.CONTACTS)
    assert (found.evidence.counts["persons_answered"], found.evidence.counts["persons_silent"]) == (0, 1)


def test_a_silence_that_planned_work_explains_is_counted_against_nobody(networks: Networks) -> None:
    world, there = networks.world, networks.world.desk("XD", "noc")
    now = world.clock.now()
    work = make_work(now, now + timedelta(hours=4), now)
    seat = Seat(world.register, there, frozenset({Role.ADMINISTRATOR}))
    plan_work(networks.node("XD"), seat, work, by=SYSTEM)
    look_at_one(networks.node("XC"), world, there)
    ask_persons(networks.node("XC"), Place(world.register, world.desk("XC")), [there])
    world.network.down.add("XD")
    world.advance(hours=1)
    look_at_one(networks.node("XC"), world, there)
    assert networks.measure(b"", contacts=True).kept == 2
    counts = networks.find("XC", measure=Measure.CONTACTS).evidence.counts
    assert counts == {"persons_answered": 0, "persons_silent": 0, "node_answered": 1, "node_silent": 0}


def look_at_one(node: Node, world: World, desk: DeskRef) -> None:
    check_desk(node, world.register, world.desk("XC").at, desk)


def test_nothing_leaves_by_measuring_and_the_notice_says_all_of_it_to_the_provider_alone(networks: Networks) -> None:
    networks.measure()
    networks.world.work()
    assert networks.at("XD") == []
    networks.tell()
    there, here = networks.find("XD"), networks.find("XC")
    assert networks.states() == ("notified", "notified")
    assert there.evidence == here.evidence and there.answer_until == here.answer_until
    assert (there.case, there.last) == (here.case, here.last)
    for code in ("XC", "XD"):
        assert seen_by(networks, code) == seen_by(networks, code, Audience.PARTICIPANTS) == ()


def test_nothing_is_shown_before_the_time_to_answer_is_over_nor_without_consent(networks: Networks) -> None:
    networks.tell()
    consent(networks)
    assert networks.states() == ("consented", "consented")
    assert seen_by(networks, "XC") == seen_by(networks, "XD") == ()
    networks.world.advance(days=14)
    assert networks.states() == ("shown", "shown")
    for code in ("XC", "XD"):
        (found,) = seen_by(networks, code)
        assert (found.evidence.asn, dict(found.evidence.counts)) == (64496, {"valid": 1, "invalid": 1, "not_found": 0})
        assert found.evidence.rows == () and not found.corrected
        assert (found.provider, found.measurer) == (networks.world.desk("XD", "noc"), networks.world.desk("XC"))


def test_what_is_shown_is_listed_to_the_last_network(networks: Networks) -> None:
    networks.tell()
    consent(networks)
    networks.world.advance(days=14)
    copied = range(65000, 67001)
    copy_shown(networks.node("XC"), copied)
    assert [each.evidence.asn for each in seen_by(networks, "XC")] == [64496, *copied]


def test_silence_is_no_consent(networks: Networks) -> None:
    networks.tell()
    networks.world.advance(days=400)
    assert networks.states() == ("notified", "notified")
    assert seen_by(networks, "XC", Audience.PARTICIPANTS) == ()


def test_who_agreed_for_participants_is_not_shown_to_everybody(networks: Networks) -> None:
    networks.tell()
    consent(networks, "participants")
    networks.world.advance(days=14)
    assert seen_by(networks, "XC") == () and len(seen_by(networks, "XC", Audience.PARTICIPANTS)) == 1


def test_consent_is_taken_back_at_once_at_home_and_over_there_when_the_word_arrives(networks: Networks) -> None:
    networks.tell()
    consent(networks)
    networks.world.advance(days=14)
    number = networks.find("XD").number
    telling.consent(networks.node("XD"), networks.seat("XD"), number, by=0)
    assert seen_by(networks, "XD") == () and len(seen_by(networks, "XC")) == 1
    networks.world.work()
    assert networks.states() == ("withheld", "withheld") and seen_by(networks, "XC") == ()


def test_a_dispute_ends_the_showing_and_a_correction_needs_consent_anew(networks: Networks) -> None:
    networks.tell()
    consent(networks)
    networks.world.advance(days=14)
    dispute(networks)
    assert networks.states() == ("disputed", "disputed") and seen_by(networks, "XC") == ()
    assert [step.code for step in networks.find("XC").steps] == ["", "", "data-old"]
    review(networks, "corrected", RIGHT)
    assert networks.states() == ("corrected", "corrected") and seen_by(networks, "XC") == ()
    consent(networks)
    (found,) = seen_by(networks, "XC")
    assert found.corrected and dict(found.evidence.counts) == RIGHT
    assert dict(networks.find("XD").told) == {"valid": 1, "invalid": 1, "not_found": 0}


@pytest.mark.parametrize(("result", "state"), [("upheld", "upheld"), ("withdrawn", "withdrawn")])
def test_a_review_is_told_to_the_provider_and_shows_nothing_by_itself(
    networks: Networks, result: str, state: str
) -> None:
    networks.tell()
    dispute(networks)
    review(networks, result)
    assert networks.states() == (state, state)
    networks.world.advance(days=30)
    assert seen_by(networks, "XC") == ()


def test_a_provider_whose_clock_is_a_day_behind_is_heard_all_the_same(networks: Networks) -> None:
    networks.tell()
    clock = networks.world.clock
    clock.at, before = clock.at.replace(year=2025), clock.at
    telling.dispute(networks.node("XD"), networks.seat("XD"), networks.find("XD").number, Dispute("other", WRONG), by=0)
    clock.at = before
    networks.world.work()
    assert networks.states() == ("disputed", "disputed")
    review(networks, "upheld")
    assert networks.states() == ("upheld", "upheld")


def test_steps_that_cross_end_alike_at_both_ends(networks: Networks) -> None:
    networks.tell()
    networks.world.network.down |= {"XC", "XD"}
    telling.consent(networks.node("XD"), networks.seat("XD"), networks.find("XD").number, shown_to="public", by=0)
    telling.review(
        networks.node("XC"), networks.seat("XC"), networks.find("XC").number, Review("withdrawn", WRONG), by=0
    )
    networks.world.network.down.clear()
    networks.world.advance(hours=3)
    networks.world.work()
    assert networks.states() == ("withdrawn", "withdrawn")


def test_each_side_is_refused_what_is_the_others_or_not_of_the_moment(networks: Networks) -> None:
    number = networks.tell()
    node, seat = networks.node("XC"), networks.seat("XC")
    at, own = networks.node("XD"), networks.seat("XD")
    theirs = networks.find("XD").number
    tried = [
        lambda: telling.notify(node, seat, [number], by=0),
        lambda: telling.dispute(node, seat, number, Dispute("other", WRONG), by=0),
        lambda: telling.consent(node, seat, number, shown_to="public", by=0),
        lambda: telling.review(node, seat, number, Review("upheld", WRONG), by=0),
        lambda: telling.drop(node, seat, number, by=0),
        lambda: telling.review(at, own, theirs, Review("withdrawn", WRONG), by=0),
        lambda: telling.consent(at, own, theirs, by=0),
    ]
    for each in tried:
        with pytest.raises(UsageError, match="measured-not-now"):
            each()
    with pytest.raises(UsageError, match="not-permitted"):
        telling.dispute(at, networks.seat("XD", Role.AUDITOR), theirs, Dispute("other", WRONG), by=0)
    with pytest.raises(UsageError, match="measured-days"):
        telling.notify(node, seat, [number], days=6, by=0)
    with pytest.raises(UsageError, match="measured-audience"):
        telling.consent(at, own, theirs, shown_to="press", by=0)
    dispute(networks)
    with pytest.raises(MalformedError, match="measured-unfit"):
        telling.review(node, seat, number, Review("corrected", WRONG, {"valid": 2}), by=0)


def test_another_desk_of_the_same_node_finds_nothing(networks: Networks) -> None:
    networks.tell()
    number = networks.find("XD").number
    with pytest.raises(UsageError, match="measurement-not-found"):
        find_measured(networks.node("XD"), networks.world.desk("XD"), number)


def test_a_notice_that_says_too_little_stays_a_message_and_is_no_measurement(networks: Networks) -> None:
    world = networks.world
    networks.tell()
    with world.at("XD"):
        fields = dict(open_message(bytes(IncomingCopy.objects.get(form="conformance-notice").plaintext)).fields)
    letter = Letter(
        register=world.register, sender=world.desk("XC"), to=(world.desk("XD", "noc"),), form="conformance-notice",
        fields=fields | {"allocated": 3},
    )  # fmt: skip
    send_letter(networks.node("XC"), letter)
    world.work()
    with world.at("XD"):
        assert IncomingCopy.objects.filter(form="conformance-notice", verdict="accepted").count() == 2
        assert Measurement.objects.count() == 1


def test_a_notice_that_waits_for_clearance_is_not_handed_in_twice_and_can_be_after_it_was_given_back(
    networks: Networks,
) -> None:
    networks.measure()
    node, seat, number = networks.node("XC"), networks.seat("XC"), networks.find("XC").number
    make_clearance_rule(node, seat_of_rules(networks), Rule("conformance-notice", "", Demand.NEEDED, HOUR,
                                                             Silence.RETURNS), by=0)  # fmt: skip
    (first,) = telling.notify(node, seat, [number], by=1)
    assert first.request
    with pytest.raises(UsageError, match="measured-waits"):
        telling.notify(node, seat, [number], by=1)
    approver = networks.seat("XC", Role.APPROVER)
    give_back(node, approver, first.request, by=2, reason="Look at the data again.")
    (second,) = telling.notify(node, seat, [number], by=1)
    approve(node, approver, second.request, by=2)
    networks.world.advance(minutes=5)
    networks.world.work()
    assert networks.states() == ("notified", "notified")
    assert len([each for each in networks.at("XC") if each.evidence.asn == 64496]) == 2


def seat_of_rules(networks: Networks) -> object:
    return networks.seat("XC", Role.DIRECTORY)


def test_what_is_asked_of_no_file_and_no_check_is_refused_and_a_source_has_one_line(networks: Networks) -> None:
    with pytest.raises(UsageError, match="measured-nothing-supplied"):
        networks.measure(b"")
    with pytest.raises(LiaisonError, match="measured-none-chosen"):
        telling.notify(networks.node("XC"), networks.seat("XC"), [], by=0)
