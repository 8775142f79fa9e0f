"""Does what participants declare come before what lists say, and does nobody speak for another?"""

from __future__ import annotations

from datetime import date

from liaison.instruments.catalogue import load_instruments, text_hash
from liaison.instruments.legal_basis import BasisKind, legal_basis
from liaison.instruments.positions import Status, standing
from liaison.instruments.positions_file import PositionsFile, decode_positions
from liaison.instruments.stands import Known, gather
from liaison.register import bodies
from liaison.register.vocabulary import REGISTER, Act
from tests.instruments.test_positions_file import PAGE
from tests.register.registry import RegisterBuilder, small_register
from tests.register.test_rules_instruments import stand as made

BUDAPEST = load_instruments()["budapest-2001"]
DAY = date(2026, 11, 26)


def carrying(*codes: str) -> RegisterBuilder:
    return publish_text(small_register(*codes))


def publish_text(registry: RegisterBuilder) -> RegisterBuilder:
    """The register, which carries the Convention on Cybercrime."""
    body = bodies.InstrumentPublished(
        instrument=BUDAPEST.id,
        version=1,
        title=BUDAPEST.en,
        text=text_hash(BUDAPEST),
        document=None,
        address=BUDAPEST.address,
        acts=BUDAPEST.acts,
        clauses=tuple(BUDAPEST.clauses),
        withdrawn=False,
    )
    registry.by_node(body, REGISTER, "office")
    return registry


def declared(registry: RegisterBuilder, who: str, act: Act, on: str, **changes: object) -> str:
    body = made(act, instrument=BUDAPEST.id, on=on, **changes)
    return registry.by_node(body, who).payload_hash


def page(text: str = PAGE) -> PositionsFile:
    return decode_positions(text.encode(), load_instruments())


def known(registry: RegisterBuilder, *files: PositionsFile) -> Known:
    return gather(tuple(registry.view.participants()), files)


def status(found: Known, party: str) -> Status:
    return standing(BUDAPEST, found.positions, party, on=DAY).status


def test_a_participant_speaks_for_itself_and_a_list_for_who_says_nothing() -> None:
    registry = carrying("XC", "XD")
    declared(registry, "XC", Act.SIGNATURE, "2019-01-01")
    found = known(registry, page())
    assert status(found, registry.ids["XC"]) is Status.SIGNED
    text = PAGE.replace('party = "XC"', 'party = "XD"', 1)
    assert status(known(registry, page(text)), registry.ids["XD"]) is Status.PARTY
    assert status(known(small_register("XE"), page()), "XC") is Status.PARTY


def test_two_participants_who_declared_have_a_basis_and_so_has_one_with_a_code_outside() -> None:
    registry = carrying("XD")
    declared(registry, "XD", Act.RATIFICATION, "2020-01-01")
    found = known(registry, page())
    ours, theirs = found.party("XD"), found.party("XC")
    assert (ours, theirs) == (registry.ids["XD"], "XC")
    bases = legal_basis(load_instruments(), found.positions, ours=ours, theirs=theirs, on=DAY)
    assert (bases[0].instrument, bases[0].kind) == (BUDAPEST.id, BasisKind.BINDING)


def test_a_statement_that_was_replaced_or_retracted_counts_no_more() -> None:
    registry = carrying("XC")
    first = declared(registry, "XC", Act.RATIFICATION, "2019-01-01")
    second = declared(registry, "XC", Act.RATIFICATION, "2020-01-01", replaces=first)
    found = known(registry)
    assert [each.on for each in found.positions.statements] == [date(2020, 1, 1)]
    declared(registry, "XC", Act.RETRACTION, "2020-01-01", replaces=second)
    assert known(registry).positions.statements == ()


def test_a_code_two_participants_publish_leads_to_neither() -> None:
    registry = carrying("XC", "XD")
    registry.publish_resources("XD", "XC", "XD")
    found = known(registry)
    assert (found.party("XC"), found.party("XD")) == ("XC", registry.ids["XD"])


def test_a_participant_that_was_succeeded_speaks_and_is_spoken_of_as_its_successor() -> None:
    registry = carrying("XC", "XD")
    declared(registry, "XC", Act.RATIFICATION, "2020-01-01")
    declared(registry, "XD", Act.OBJECTION, "2020-06-01", about=registry.ids["XC"])
    registry.admit("XC again", replaces=registry.ids["XC"])
    new = ("XC again/roots/1", "XC again/roots/2")
    over = bodies.ParticipantRoots(roots=registry.roots(*new), guardians=())
    registry.add(registry.drafted(over, "XC"), "XC/roots/1", "XC/roots/2", *new)
    assert status(known(registry), registry.ids["XC again"]) is Status.PARTY
    told = {each.about for each in known(registry).positions.statements}
    assert told == {None, registry.ids["XC again"]}


def test_of_two_lists_about_one_party_the_later_counts_alone() -> None:
    text = PAGE.replace("on = 2020-03-18", "on = 2019-01-01", 1)
    older = page(text.replace("as_of = 2026-11-20", "as_of = 2025-01-01"))
    for files in ((older, page()), (page(), older)):
        found = gather((), files)
        consents = [each.on for each in found.positions.statements if each.act is Act.RATIFICATION]
        assert consents == [date(2020, 3, 18)]


def test_an_objection_to_a_code_is_about_the_participant_that_publishes_it() -> None:
    registry = carrying("XC", "XD")
    declared(registry, "XC", Act.RATIFICATION, "2020-01-01")
    declared(registry, "XD", Act.RATIFICATION, "2020-01-01")
    declared(registry, "XD", Act.OBJECTION_TO_ENTRY, "2020-06-01", about="XC")
    found, ids = known(registry), registry.ids
    bases = legal_basis(load_instruments(), found.positions, ours=ids["XC"], theirs=ids["XD"], on=DAY)
    basis = next(each for each in bases if each.instrument == BUDAPEST.id)
    assert (basis.kind, basis.reason) == (BasisKind.COURTESY, "objection")
