"""Does a desk see how its own cases with a norm went, and does nobody else?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from liaison.errors import UsageError
from liaison.messages.forms.checking import Norm
from liaison.node.models import AuditRow, CitedNorm
from liaison.node.reads.conduct.own_cases import Cited, OwnCases, norms_of_case, own_cases
from liaison.node.reads.desk.listing import METADATA, Reader
from liaison.node.services.conduct.citing import citing
from liaison.node.services.conduct.noting import MOST, drop_norm, note_norm
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.inside.retention import keep_retention
from liaison.node.services.inside.rules import make_retention_rule
from liaison.node.services.line.sending import send_letter
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.officers import retention
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind
from tests.register.registry import small_register
from tests.world import World

ALL = Reader(contents=True)
J = Norm("un-norms-2015", "norm-j")
ART = Norm("budapest-2001", "art-29")
ASKED: dict[str, Any] = {
    "subject": {"lang": "en", "text": "A flaw that was not told"},
    "question": {"lang": "en", "text": "Why?"},
    "norms": [{"clause": "norm-j", "instrument": "un-norms-2015"}],
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    registry = small_register("XC", "XD", kind=DeskKind.DIPLOMATIC, rehearsal=False)
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as found:
        yield found


def seat(world: World, code: str = "XC") -> Seat:
    return Seat(world.register, world.desk(code), frozenset({Role.OFFICER}))


def asks(world: World, **changes: Any) -> str:
    """A request for clarification of XC to XD that cites a norm; its case."""
    letter = world.letter("XC", "XD", form="clarification", stage=None, fields=ASKED)
    (sent,) = send_letter(world.nodes["XC"], replace(letter, **changes))
    world.work()
    return sent.case


def seen(world: World, code: str = "XC", reader: Reader = ALL) -> OwnCases:
    with world.at(code):
        return own_cases(world.nodes[code], world.register, world.desk(code), reader=reader)


def cited(world: World, case: str, code: str = "XC", reader: Reader = ALL) -> tuple[Cited, ...]:
    with world.at(code):
        return norms_of_case(world.nodes[code], world.register, world.desk(code), case, reader=reader)


def test_forms_that_cite_norms_are_found_by_their_fields() -> None:
    assert dict(citing()) == {"clarification": "norms", "help-introduction": "norms"}


def test_what_a_message_cites_stands_beside_the_case_on_both_sides(world: World) -> None:
    case = asks(world)
    assert cited(world, case) == cited(world, case, "XD") == (Cited(J, said=True),)
    assert [each.row.case for each in seen(world).rows] == [case]


def test_figures_tell_how_the_cases_of_a_norm_went_for_this_desk(world: World) -> None:
    first, second = asks(world), asks(world)
    world.advance(minutes=10)
    closing = Saying(case=first, form="close", fields={"outcome": "resolved"})
    say(world.nodes["XC"], world.desk("XC"), closing, officer=7)
    world.work()
    (ours,), (theirs,) = seen(world).figures, seen(world, "XD").figures
    assert (ours.norm, ours.cases, ours.open, ours.outcomes) == (J, 2, 1, (("resolved", 1),))
    assert ours.closed.median == 600.0
    assert (theirs.cases, theirs.open, theirs.outcomes) == (2, 2, ()), "each side closes for itself"
    assert second in {each.row.case for each in seen(world).rows}


def test_a_desk_notes_a_norm_beside_a_case_for_itself_alone(world: World) -> None:
    (sent,) = world.send("XC", "XD")
    note_norm(world.nodes["XC"], seat(world), sent.case, ART, by=7)
    note_norm(world.nodes["XC"], seat(world), sent.case, ART, by=7)
    assert cited(world, sent.case) == (Cited(ART, said=False),)
    assert cited(world, sent.case, "XD") == () == seen(world, "XD").rows
    with world.at("XC"):
        lines = list(AuditRow.objects.filter(action="norm-noted").values_list("subject", "params"))
    assert lines == [(sent.case, {"instrument": "budapest-2001", "clause": "art-29"})]
    drop_norm(world.nodes["XC"], seat(world), sent.case, ART, by=7)
    assert cited(world, sent.case) == ()


def test_what_a_message_cites_cannot_be_dropped_and_noting_it_changes_nothing(world: World) -> None:
    case = asks(world)
    drop_norm(world.nodes["XC"], seat(world), case, J, by=7)
    assert cited(world, case) == (Cited(J, said=True),)


def test_a_note_that_a_message_then_cites_is_nobodys_to_drop(world: World) -> None:
    (sent,) = world.send("XC", "XD")
    with world.at("XC"):
        place = {"register": world.register, "case": sent.case, "participant": world.desk("XC").participant}
        CitedNorm.objects.create(**place, node="main", desk="duty", instrument=J.instrument, clause=J.clause,
                                 noted_by=7, noted_at=world.clock.now())  # fmt: skip
    say(world.nodes["XC"], world.desk("XC"), Saying(case=sent.case, form="clarification", fields=ASKED), officer=7)
    drop_norm(world.nodes["XC"], seat(world), sent.case, J, by=7)
    assert cited(world, sent.case) == (Cited(J, said=True),)


@pytest.mark.parametrize("norm", [Norm("no-such-text", "art-1"), Norm("budapest-2001", "art-999")])
def test_a_norm_that_this_node_has_no_data_of_is_refused(world: World, norm: Norm) -> None:
    (sent,) = world.send("XC", "XD")
    with pytest.raises(UsageError, match="norm-not-known"):
        note_norm(world.nodes["XC"], seat(world), sent.case, norm, by=7)


def test_notes_are_bounded_and_only_for_a_case_of_the_desk(world: World) -> None:
    (sent,) = world.send("XC", "XD")
    with world.at("XC"):
        place = {"register": world.register, "case": sent.case, "participant": world.desk("XC").participant}
        CitedNorm.objects.bulk_create(
            CitedNorm(**place, node="main", desk="duty", instrument="x", clause=str(each), noted_at=world.clock.now())
            for each in range(MOST)
        )
    with pytest.raises(UsageError, match="norms-too-many"):
        note_norm(world.nodes["XC"], seat(world), sent.case, ART, by=7)
    with pytest.raises(UsageError, match="case-not-found"):
        note_norm(world.nodes["XC"], seat(world), "no-such-case", ART, by=7)


def test_exercises_are_left_out_of_the_figures_and_counted_as_left_out(world: World) -> None:
    asks(world, exercise=True)
    found = seen(world)
    assert (len(found.rows), found.exercises, found.figures) == (1, 1, ())


def test_a_case_closed_to_named_officers_and_a_role_without_contents_see_nothing_of_it(world: World) -> None:
    case, node = asks(world), world.nodes["XC"]
    officer = add_officer(node, login="one", name="One")
    grant(node, officer, world.register, world.desk("XC"), Role.OFFICER)
    close_case(node, seat(world), case, officers={officer.pk}, by=officer.pk)
    closed = Reader(contents=True, closed=frozenset({case}))
    for reader in (closed, METADATA):
        assert seen(world, reader=reader).rows == () == cited(world, case, reader=reader)
    with pytest.raises(UsageError, match="case-closed"):
        note_norm(node, seat(world), case, ART, by=officer.pk + 1)


def test_with_the_texts_of_a_case_go_the_norms_beside_it(world: World) -> None:
    case, node = asks(world), world.nodes["XC"]
    keeper = Seat(world.register, world.desk("XC"), frozenset({Role.DIRECTORY}))
    make_retention_rule(node, keeper, retention.Rule("", "", 1, 2, 3), by=7)
    for _ in range(4):
        world.advance(days=4)
        keep_retention(node)
    with world.at("XC"):
        assert not CitedNorm.objects.filter(case=case).exists()
    assert seen(world).rows == ()
