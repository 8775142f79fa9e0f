"""Is a ground that has to be reserved named by nobody who did not reserve it, as far as the node knows?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.instruments.reserved import Right
from liaison.node.reads.cooperation.grounds import reserved_grounds
from liaison.node.services.cooperation.acting import Said, check_step
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.instruments.importing import import_file
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
