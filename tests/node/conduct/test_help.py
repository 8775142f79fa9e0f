"""Does help that is sought meet help that is offered at a node, become a case, and is what came of it told to both?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.conduct.help import Wanted, Way, introduction_fields
from liaison.conduct.reports import Worded
from liaison.errors import MalformedError, UsageError
from liaison.instruments.catalogue import load_instruments
from liaison.instruments.lineage import relatives
from liaison.messages.forms.checking import Norm
from liaison.messages.parties import DeskRef
from liaison.messages.turns import Turn
from liaison.node.models import AuditRow
from liaison.node.reads.conduct.help import desk_to_meet, find_match, help_board, match_key, shared_practices
from liaison.node.reads.conduct.introductions import Introduction, introductions
from liaison.node.reads.desk.listing import METADATA, Reader
from liaison.node.reads.desk.thread import read_thread
from liaison.node.services.conduct.introducing import introduce
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind
from tests.conduct.planted import keep_own
from tests.node.conduct import reported
from tests.register.registry import small_register
from tests.world import World

ALL = Reader(contents=True)
J = Norm(reported.NORMS, "norm-j")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, registry=reported.helping_register()) as found:
        yield found


def seat(world: World, code: str, *roles: Role) -> Seat:
    return Seat(world.register, world.desk(code), frozenset(roles or {Role.OFFICER}))


def board(world: World, code: str, **wanted: Any) -> Any:
    with world.at(code):
        return help_board(world.nodes[code], world.register, world.desk(code), wanted=Wanted(**wanted))


def test_everything_is_given_unless_so_many_are_asked_for(tmp_path: Path) -> None:
    registry = reported.carrying(small_register("XC", "XD"))
    offers = [reported.help_with(f"Offer {number}") for number in range(16)]
    clauses = [f"norm-{letter}" for letter in "abcd"]
    reported.says(registry, "XD", *(reported.answer(clause, help_offered=offers) for clause in clauses))
    with World(tmp_path, codes=("XC",), registry=registry) as world, world.at("XC"):
        place = world.nodes["XC"], world.register, world.desk("XC")
        found = help_board(*place)
        assert (len(found.offered), found.cut) == (64, False)
        some = help_board(*place, most=20)
        assert (some.offered, some.cut) == (found.offered[:20], True)


def begun(world: World, code: str = "XC", **changes: Any) -> str:
    """The case of an introduction of this side to the other."""
    node, own = world.nodes[code], seat(world, code)
    (match,) = board(world, code).matches[:1]
    fields = introduction_fields(match, Worded("en", "Help with norm j")) | changes
    to = desk_to_meet(node, world.register, own.desk, match.theirs.participant)
    (sent,) = introduce(node, own, fields, to=to, by=7).sent
    for lease in sent.leases:
        deliver(node, lease)
    return sent.case


def tell(world: World, code: str, case: str, form: str, **fields: Any) -> None:
    found = read_thread(world.nodes[code], world.desk(code), case, reader=ALL)
    first = next(each for each in found.entries if each.core.form == "help-introduction")
    saying = Saying(case=case, form=form, re=first.message_id, fields=fields)
    say(world.nodes[code], world.desk(code), saying, officer=7)
    world.work()


def listed(world: World, code: str, reader: Reader = ALL) -> tuple[Introduction, ...]:
    with world.at(code):
        return introductions(world.nodes[code], world.register, world.desk(code), reader=reader)


def test_each_side_sees_whom_it_meets_and_nobody_sees_others_meet(world: World) -> None:
    ours = board(world, "XC")
    assert [(each.ours.text[0].text, each.theirs.text[0].text) for each in ours.matches] == [
        (reported.SEEKS, reported.OFFERS)
    ]
    assert ours.matches[0].why.languages == ("en",) and ours.matches[0].why.hours == 8
    theirs = board(world, "XD")
    assert [each.theirs.text[0].text for each in theirs.matches] == [reported.SEEKS]
    whispered = board(world, "XE").matches
    assert [(each.ours.text[0].text, each.theirs.text[0].text) for each in whispered] == [
        (reported.WHISPER, reported.SEEKS)
    ]
    assert [each.text[0].text for each in board(world, "XE").sought] == [reported.SEEKS]


def test_what_was_told_to_one_is_shown_to_that_one_alone(world: World) -> None:
    shown = {code: [each.text[0].text for each in board(world, code).offered] for code in ("XC", "XD")}
    assert shown == {"XC": [reported.OFFERS], "XD": [reported.WHISPER]}
    with world.at("XD"):
        found = shared_practices(world.nodes["XD"], world.register, world.desk("XD"))
    assert [each.text[0].text for each in found] == [reported.PRACTICE], "told to one, it is in no catalogue"


def test_a_wish_for_ourselves_alone_shows_us_who_could_help_and_is_shown_to_nobody(tmp_path: Path) -> None:
    registry = reported.carrying(small_register())
    quiet = reported.answer(audience="own", help_sought=[reported.help_with("We would rather not say")])
    made = reported.says(registry, "XC", quiet, reported.answer("norm-g", measures=[reported.practice("x")]))
    reported.says(registry, "XD", reported.answer(help_offered=[reported.help_with(reported.OFFERS)]))
    with World(tmp_path, registry=registry) as world:
        keep_own(world.nodes["XC"], world.register, made)
        node, desk = world.nodes["XC"], world.desk("XC")
        with world.at("XC"):
            (match,) = help_board(node, world.register, desk, whole=True).matches
            assert help_board(node, world.register, desk).matches == ()
            assert find_match(node, world.register, desk, match_key(match)) == match
        for code in ("XD", "XE"):
            assert board(world, code).sought == () == board(world, code).matches


def test_what_is_looked_for_narrows_the_matches_and_nothing_else(world: World) -> None:
    assert board(world, "XC", language="fr").matches == ()
    assert board(world, "XC", language="fr").offered == board(world, "XC").offered
    assert board(world, "XC", language="en", norm=reported.NORMS, hours=True).matches


def test_a_norm_of_another_text_meets_ours_by_the_lineage_of_texts(tmp_path: Path) -> None:
    texts = load_instruments()
    kin = next(each for each in relatives(texts, reported.NORMS, "norm-j") if each.instrument == "gcsc-2019")
    registry = reported.helping_register()
    reported.carrying(registry, "gcsc-2019", (kin.clause,))
    offer = reported.answer(kin.clause, help_offered=[reported.help_with("From another text")])
    reported.says(registry, "XE", offer, text="gcsc-2019")
    with World(tmp_path, registry=registry) as world:
        found = [each for each in board(world, "XC").matches if each.theirs.norm.instrument == "gcsc-2019"]
        assert [(each.theirs.text[0].text, each.why.tie) for each in found] == [("From another text", kin.kin)]


def test_the_latest_year_counts_and_what_it_leaves_out_is_over(tmp_path: Path) -> None:
    registry = reported.helping_register()
    reported.says(registry, "XD", reported.answer(measures=[reported.practice("Another")]), year=2027)
    with World(tmp_path, registry=registry) as later:
        assert board(later, "XC").matches == ()


def test_an_introduction_begins_a_case_between_the_two_and_waits_for_their_answer(world: World) -> None:
    case = begun(world)
    (ours,), (theirs,) = listed(world, "XC"), listed(world, "XD")
    assert (ours.row.case, ours.way, ours.norms, ours.row.turn) == (case, Way.SOUGHT, (J,), Turn.THEM)
    assert (theirs.row.case, theirs.way, theirs.norms, theirs.row.turn) == (case, Way.OFFERED, (J,), Turn.US)
    assert (ours.answer, ours.outcome) == ("", "")
    assert listed(world, "XE") == ()


def test_what_came_of_it_is_told_to_both_and_the_last_word_counts(world: World) -> None:
    case = begun(world)
    tell(world, "XD", case, "reply", answer="accepted")
    tell(world, "XD", case, "help-outcome", outcome="agreed")
    assert {(each.answer, each.outcome) for code in ("XC", "XD") for each in listed(world, code)} == {
        ("accepted", "agreed")
    }
    world.advance(minutes=1)
    tell(world, "XC", case, "help-outcome", outcome="given", summary={"lang": "en", "text": "Twelve were trained"})
    (ours,), (theirs,) = listed(world, "XC"), listed(world, "XD")
    assert (ours.outcome, ours.outcome_ours, ours.row.turn) == ("given", True, Turn.NOBODY)
    assert (theirs.outcome, theirs.outcome_ours) == ("given", False)


def test_a_role_that_sees_no_contents_sees_that_there_is_an_introduction_and_no_more(world: World) -> None:
    case = begun(world)
    tell(world, "XD", case, "help-outcome", outcome="given")
    (bare,) = listed(world, "XC", METADATA)
    assert (bare.row.case, bare.way, bare.norms, bare.outcome) == (case, None, (), "")


def test_an_introduction_is_a_line_of_the_trail_and_needs_the_right_to_write(world: World) -> None:
    begun(world)
    with world.at("XC"):
        last = AuditRow.objects.order_by("-pk").first()
    assert (last.action, last.params) == ("message-sent", {"form": "help-introduction"})
    with pytest.raises(UsageError, match="not-permitted"):
        introduce(world.nodes["XC"], seat(world, "XC", Role.AUDITOR), {}, to=world.desk("XD"), by=7)


def test_an_introduction_without_a_norm_is_refused(world: World) -> None:
    with pytest.raises(MalformedError, match="field-missing"):
        introduce(world.nodes["XC"], seat(world, "XC"), {"help": "sought"}, to=world.desk("XD"), by=7)


def test_a_match_is_found_by_its_key_until_either_side_says_something_else(world: World) -> None:
    (match,) = board(world, "XC").matches
    node = world.nodes["XC"]
    with world.at("XC"):
        assert find_match(node, world.register, world.desk("XC"), match_key(match)) == match
        for desk, key in ((world.desk("XC"), "0" * 16), (world.desk("XE"), match_key(match))):
            with pytest.raises(UsageError, match="help-match-gone"):
                find_match(node, world.register, desk, key)


def test_it_goes_to_the_desk_of_the_kind_that_ours_is_else_to_the_diplomatic_one(tmp_path: Path) -> None:
    registry = reported.helping_register()
    registry.publish_desk("XD", "ministry", DeskKind.DIPLOMATIC)
    registry.publish_desk("XC", "courts", DeskKind.CENTRAL_AUTHORITY)
    registry.publish_node("XD", "duty", "ministry")
    registry.publish_node("XC", "duty", "courts")
    with World(tmp_path, registry=registry) as two:
        node, there = two.nodes["XC"], two.desk("XD").participant
        courts = DeskRef(two.desk("XC").participant, "main", "courts")
        with two.at("XC"):
            assert desk_to_meet(node, two.register, two.desk("XC"), there).desk == "duty"
            assert desk_to_meet(node, two.register, courts, there).desk == "ministry"
            with pytest.raises(UsageError, match="help-desk-not-there"):
                desk_to_meet(node, two.register, courts, "f" * 64)
