"""Is a ground that has to be reserved named by nobody who did not reserve it, as far as the node knows?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from liaison.errors import UsageError
from liaison.instruments.reserved import Right
from liaison.node.reads.cooperation.grounds import reserved_grounds
from liaison.node.services.cooperation.acting import Said, check_step, say_step
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.desk.answering import Saying, say
from liaison.node.services.inside import clearance
from liaison.node.services.inside.rules import make_clearance_rule
from liaison.node.services.instruments.importing import import_file
from liaison.node.services.line.acknowledging import answer, find_original
from liaison.officers.clearance import Demand, Rule
from liaison.officers.permissions import Role
from liaison.register.vocabulary import Act
from tests.instruments.test_stands import declared, publish_text
from tests.node.cooperation.dossier import NOT_BEGUN, PRESERVATION, Dossier, central_register

BUDAPEST, UN = "budapest-2001", "un-cybercrime-2024"
HEAD = b"""format = "liaison-positions"
version = 1
source = "Treaty office"
as_of = 2026-11-20
organisations = []

[groups]
"""
BOUND = PRESERVATION | {"instrument": BUDAPEST, "clause": "art-29", "basis": "binding"}
NO_OFFENCE = {"decision": "refused", "grounds": ["dual-criminality"], **NOT_BEGUN}


def position(party: str, act: str, on: str, *clauses: str, text: str = BUDAPEST) -> bytes:
    named = ", ".join(f'"{each}"' for each in clauses)
    more = f"clauses = [{named}]\n" if clauses else ""
    return f'\n[[positions]]\nparty = "{party}"\ninstrument = "{text}"\nact = "{act}"\non = {on}\n{more}'.encode()


PARTIES = position("XC", "ratification", "2020-03-18") + position("XD", "ratification", "2021-05-04")
RESERVATION = position("XD", "reservation", "2021-05-04", "art-29-4")


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier(tmp_path)


def know(dossier: Dossier, said: bytes, *codes: str) -> None:
    for code in codes or ("XC", "XD"):
        import_file(dossier.node(code), HEAD + said, name="positions", taken_from="positions.toml")


def right(dossier: Dossier, code: str, root: str) -> list[tuple[str, str, Right, bool]]:
    node, seat = dossier.node(code), dossier.seat(code)
    request = find_request(node, seat, root).request
    found = reserved_grounds(node, seat.register, request, on=node.clock.now().date())
    return [(each.ground, each.article, each.right, each.refuses) for each in found]


def test_a_state_that_did_not_reserve_it_does_not_refuse_for_want_of_dual_criminality(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND)
    told = [("dual-criminality", "29(4)", Right.NOT_RESERVED, True)]
    assert right(dossier, "XC", root) == right(dossier, "XD", root) == told
    with pytest.raises(UsageError, match="request-ground-not-reserved"):
        dossier.answer(root, **NO_OFFENCE)
    assert dossier.state("XD", root) == "received"
    dossier.answer(root, **NO_OFFENCE | {"grounds": ["political-offence"]})
    assert dossier.state("XC", root) == "refused"


def test_a_state_that_reserved_it_refuses_and_nothing_is_warned_of(dossier: Dossier) -> None:
    know(dossier, PARTIES + RESERVATION)
    root = dossier.ask(fields=BOUND)
    assert right(dossier, "XC", root) == [("dual-criminality", "29(4)", Right.RESERVED, False)]
    assert (
        check_step(dossier.node("XD"), dossier.seat("XD"), Said(root=root, form="request-answer", fields=NO_OFFENCE))
        == ()
    )
    dossier.answer(root, **NO_OFFENCE)
    assert dossier.state("XC", root) == "refused"


def test_what_the_state_declared_in_the_register_counts_and_no_list(tmp_path: Path) -> None:
    registry = publish_text(central_register("XC", "XD"))
    declared(registry, "XD", Act.RATIFICATION, "2021-05-04")
    declared(registry, "XD", Act.RESERVATION, "2021-05-04", clauses=("art-29-4",))
    dossier = Dossier(tmp_path, registry=registry)
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND)
    assert right(dossier, "XD", root) == [("dual-criminality", "29(4)", Right.RESERVED, False)]
    dossier.answer(root, **NO_OFFENCE)
    assert dossier.state("XC", root) == "refused"


def test_a_side_of_which_nothing_is_known_is_warned_and_may_refuse(dossier: Dossier) -> None:
    know(dossier, PARTIES, "XC")
    root = dossier.ask(fields=BOUND)
    assert right(dossier, "XD", root) == [("dual-criminality", "29(4)", Right.UNKNOWN, False)]
    said = Said(root=root, form="request-answer", fields=NO_OFFENCE)
    (unsure,) = check_step(dossier.node("XD"), dossier.seat("XD"), said)
    assert unsure.right is Right.UNKNOWN
    dossier.answer(root, **NO_OFFENCE)
    assert dossier.state("XC", root) == "refused"


def test_where_the_page_of_a_text_is_not_sure_it_is_warned_of_and_not_refused(dossier: Dossier) -> None:
    said = b"".join(position(code, "ratification", "2025-11-01", text=UN) for code in many())
    know(dossier, said)
    root = dossier.ask(fields=PRESERVATION | {"basis": "binding"})
    assert right(dossier, "XD", root) == [("dual-criminality", "42(5)", Right.NOT_RESERVED, False)]
    dossier.answer(root, **NO_OFFENCE)
    assert dossier.state("XC", root) == "refused"


def many() -> list[str]:
    """Forty parties: with them the text is in force."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*(f"X{one}" for one in letters), *(f"Q{one}" for one in letters[12:])]


def test_a_courtesy_is_refused_because_nobody_is_bound_and_asks_for_no_reservation(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND | {"basis": "courtesy"})
    assert right(dossier, "XD", root) == []
    dossier.answer(root, **NO_OFFENCE | {"grounds": ["dual-criminality", "nobody-bound"]})
    assert dossier.request("XC", root).grounds == ("dual-criminality", "nobody-bound")
    assert not dossier.request("XC", root).marked


Door = Callable[[Dossier, str, dict[str, Any]], object]


def by_the_case_page_or_a_program(dossier: Dossier, message: str, fields: dict[str, Any]) -> object:
    case = find_request(dossier.node("XD"), dossier.seat("XD"), message).request.case
    saying = Saying(case=case, form="request-answer", re=message, fields=fields)
    return say(dossier.node("XD"), dossier.world.desk("XD"), saying, officer=0)


def by_the_terminal(dossier: Dossier, message: str, fields: dict[str, Any]) -> object:
    node = dossier.node("XD")
    return answer(node, find_original(node, message), form="request-answer", fields=fields)


DOORS = [by_the_case_page_or_a_program, by_the_terminal]


@pytest.mark.parametrize("door", DOORS)
def test_every_door_of_messages_refuses_what_the_doors_of_requests_refuse(dossier: Dossier, door: Door) -> None:
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND)
    message = dossier.request("XD", root).message_id
    refusals = {
        "request-ground-not-reserved": NO_OFFENCE,
        "request-ground-unknown": NO_OFFENCE | {"grounds": ["nobody-bound"]},
        "request-ground-owed": {name: value for name, value in NO_OFFENCE.items() if name != "grounds"},
    }
    for code, fields in refusals.items():
        dossier.world.advance(minutes=1)
        with pytest.raises(UsageError, match=code):
            door(dossier, message, fields)
    assert dossier.state("XD", root) == "received"
    door(dossier, message, NO_OFFENCE | {"grounds": ["political-offence"]})
    assert dossier.state("XD", root) == "refused"


def test_a_refusal_that_answers_a_step_of_the_request_is_checked_like_one_that_answers_it(dossier: Dossier) -> None:
    know(dossier, PARTIES)
    root = dossier.ask(fields=BOUND)
    dossier.say("XC", root, "status-query")
    words = find_request(dossier.node("XD"), dossier.seat("XD"), root).words
    (query,) = [word.message_id for word in words if word.form == "status-query"]
    with pytest.raises(UsageError, match="request-ground-not-reserved"):
        by_the_terminal(dossier, query, NO_OFFENCE)


@pytest.mark.parametrize("door", DOORS)
def test_no_door_of_messages_takes_a_step_that_would_not_count(dossier: Dossier, door: Door) -> None:
    root = dossier.ask()
    message = dossier.request("XD", root).message_id
    door(dossier, message, NO_OFFENCE)
    dossier.world.advance(minutes=1)
    with pytest.raises(UsageError, match="request-no-such-step"):
        door(dossier, message, {"decision": "accepted", **NOT_BEGUN})
    node, seat = dossier.node("XC"), dossier.seat("XC")
    dossier.world.work()
    case = find_request(node, seat, root).request.case
    own = Saying(case=case, form="request-answer", re=message, fields={"decision": "accepted", **NOT_BEGUN})
    with pytest.raises(UsageError, match="request-not-yours"):
        say(node, seat.desk, own, officer=0)
    assert dossier.state("XC", root) == dossier.state("XD", root) == "refused"


def test_a_refusal_that_waited_is_checked_again_as_it_leaves(dossier: Dossier) -> None:
    know(dossier, PARTIES + RESERVATION)
    node, seat = dossier.node("XD"), dossier.seat("XD")
    root = dossier.ask(fields=BOUND)
    rule = Rule("request-answer", "", Demand.NEEDED, timedelta(hours=8))
    make_clearance_rule(node, dossier.seat("XD", Role.DIRECTORY), rule, by=0)
    writer, approver = dossier.hire("XD", "ada"), dossier.hire("XD", "bo", Role.APPROVER)
    dossier.world.advance(minutes=1)
    said = Said(root=root, form="request-answer", fields=NO_OFFENCE)
    waiting = say_step(node, seat, said, by=writer).request
    know(dossier, PARTIES)  # The list of a later day has no such reservation.
    with pytest.raises(UsageError, match="request-ground-not-reserved"):
        clearance.approve(node, dossier.seat("XD", Role.APPROVER), waiting, by=approver)
    assert dossier.state("XD", root) == "under-review"
