"""Does a stand go from a proposal through the register to what every node answers, and a file of the operator alone?"""

from __future__ import annotations

from datetime import date

import pytest

from liaison.conduct.stands import Declared
from liaison.errors import LiaisonError, MalformedError, UsageError, VerificationError
from liaison.instruments.catalogue import load_instruments, text_hash
from liaison.instruments.positions import Status
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.instruments.known import carried_instruments, imported_files, known_instruments
from liaison.node.reads.instruments.proposed import declared_stands, open_proposals
from liaison.node.reads.instruments.status import basis_between, instrument_status, list_instruments
from liaison.node.services.instruments.declaring import (
    approve_stand,
    declare_stand,
    make_stand,
    may_approve_stand,
    propose_stand,
    withdraw_stand,
)
from liaison.node.services.instruments.importing import import_file, remove_file
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.node.services.people.officers import add_officer, grant
from liaison.officers.permissions import Role
from liaison.register.bodies import StandDeclared
from liaison.register.vocabulary import ParticipantType
from tests.instruments.test_catalogue import own
from tests.instruments.test_codes import OWN
from tests.instruments.test_positions_file import PAGE
from tests.node.stories import Resident, Story

BUDAPEST = load_instruments()["budapest-2001"]
DAY = date(2026, 11, 26)


def stand(act: str = "ratification", on: str = "2020-01-15", **more: object) -> StandDeclared:
    plain = {"instrument": BUDAPEST.id, "act": act, "on": on, "clauses": [], "about": None, "said": None}
    return make_stand({**plain, "evidence": "https://depositary.example/185", "replaces": None, **more})


def desk_of(resident: Resident) -> DeskRef:
    return DeskRef(resident.participant, "main", "duty")


def manager(node: Node, resident: Resident, login: str) -> int:
    officer = add_officer(node, login=login, name=login.upper())
    grant(node, officer, resident.register, desk_of(resident), Role.DIRECTORY)
    return int(officer.pk)


def declared_of(resident: Resident) -> tuple[Declared, ...]:
    found = declared_stands(resident.node, resident.register, resident.participant)
    assert found is not None
    return found.declared


def refused(code: str, error: pytest.ExceptionInfo[LiaisonError]) -> bool:
    return error.value.code == code


def test_two_states_declare_and_every_node_of_the_register_answers(story: Story) -> None:
    publish_instrument(story.reg, story.register, BUDAPEST)
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    declare_stand(xc.node, xc.place, stand())
    declare_stand(xd.node, xd.place, stand(on="2021-03-31"))
    declare_stand(xd.node, xd.place, stand("reservation", "2021-03-31", clauses=["art-29-4"]))
    story.sync("xc", "reg")
    assert carried_instruments(xc.node, story.register)[BUDAPEST.id].text == text_hash(BUDAPEST)
    found = instrument_status(xc.node, story.register, BUDAPEST.id, on=DAY)
    assert (found.in_force, found.parties, found.differs) == (True, 2, False)
    assert {each.standing.status for each in found.standings} == {Status.PARTY}
    between = basis_between(xc.node, story.register, ours=xc.participant, theirs=xd.participant, on=DAY)
    first = between.found[0]
    assert (first.basis.instrument, first.basis.kind.value, first.basis.since) == (
        BUDAPEST.id,
        "binding",
        date(2021, 7, 1),
    )
    assert ("dual-criminality-at-preservation", xd.participant) in {
        (each.code, each.by) for each in first.basis.demands
    }
    listed = [each.instrument for each in list_instruments(xd.node, story.register, on=DAY)]
    assert listed[0] == BUDAPEST.id and set(listed) == set(load_instruments())


def test_who_proposes_does_not_approve_while_another_may(story: Story) -> None:
    publish_instrument(story.reg, story.register, BUDAPEST)
    xc = story.join("xc", "XC")
    node, desk = xc.node, desk_of(xc)
    first = manager(node, xc, "first")
    number = propose_stand(node, story.register, desk, stand(), officer=first)
    assert [each.number for each in open_proposals(node, story.register, desk)] == [number]
    assert may_approve_stand(node, story.register, desk, by=first, officer=first)
    second = manager(node, xc, "second")
    assert not may_approve_stand(node, story.register, desk, by=first, officer=first)
    with pytest.raises(UsageError) as error:
        approve_stand(node, story.register, desk, number, officer=first)
    assert refused("needs-another-person", error)
    approve_stand(node, story.register, desk, number, officer=second)
    assert open_proposals(node, story.register, desk) == []
    assert [each.body for each in declared_of(xc)] == [stand()]
    with pytest.raises(UsageError) as error:
        approve_stand(node, story.register, desk, number, officer=second)
    assert refused("no-proposal", error)


def test_what_the_rules_refuse_is_refused_when_it_is_proposed(story: Story) -> None:
    publish_instrument(story.reg, story.register, BUDAPEST)
    xc = story.join("xc", "XC")
    desk, officer = desk_of(xc), manager(xc.node, xc, "first")
    for wrong, rule in (
        (stand(instrument="un-cybercrime-2024"), "rule-36"),
        (stand("definitive-signature"), "rule-37"),
        (stand("retraction"), "rule-38"),
        (stand(on="2020-02-30"), "rule-01"),
    ):
        with pytest.raises(VerificationError) as error:
            propose_stand(xc.node, story.register, desk, wrong, officer=officer)
        assert refused(rule, error)
    assert open_proposals(xc.node, story.register, desk) == []
    with pytest.raises(MalformedError) as error:
        stand(evidence="not a link")
    assert refused("stand-malformed", error)


def test_a_proposal_is_withdrawn_once(story: Story) -> None:
    publish_instrument(story.reg, story.register, BUDAPEST)
    xc = story.join("xc", "XC")
    desk, officer = desk_of(xc), manager(xc.node, xc, "first")
    number = propose_stand(xc.node, story.register, desk, stand(), officer=officer)
    withdraw_stand(xc.node, story.register, desk, number, officer=officer)
    with pytest.raises(UsageError) as error:
        withdraw_stand(xc.node, story.register, desk, number, officer=officer)
    assert refused("no-proposal", error)
    assert declared_of(xc) == ()


def test_only_the_secretariat_publishes_and_only_what_changed(story: Story) -> None:
    assert len(publish_instrument(story.reg, story.register, BUDAPEST)) == 1
    assert publish_instrument(story.reg, story.register, BUDAPEST) == []
    document = "ab" * 32
    assert len(publish_instrument(story.reg, story.register, BUDAPEST, document=document)) == 1
    assert len(publish_instrument(story.reg, story.register, BUDAPEST, withdrawn=True)) == 1
    kept = carried_instruments(story.reg, story.register)[BUDAPEST.id]
    assert (kept.version, kept.document, kept.withdrawn) == (3, document, True)
    xc = story.join("xc", "XC")
    for node, name, code in (
        (xc.node, "budapest-2001", "not-the-secretariat"),
        (story.reg, "bilateral-template", "instrument-not-a-treaty"),
    ):
        with pytest.raises(UsageError) as error:
            publish_instrument(node, story.register, load_instruments()[name])
        assert refused(code, error)
    with pytest.raises(UsageError) as error:
        publish_instrument(story.reg, story.register, load_instruments()["un-cybercrime-2024"], withdrawn=True)
    assert refused("instrument-not-carried", error)


def test_a_node_without_a_register_answers_from_what_its_operator_imported(story: Story) -> None:
    node = story.node("alone")
    import_file(node, PAGE.encode(), name="ets-185", taken_from="ets-185.toml")
    found = instrument_status(node, "", BUDAPEST.id, on=DAY)
    assert [(each.name, each.standing.status.value) for each in found.standings] == [("XC", "party"), ("XD", "none")]
    assert found.standings[0].sources == ("Treaty office, status of ETS 185, 2026-11-20",)
    bases = basis_between(node, "", ours="XD", theirs="XC", on=DAY).found
    assert {each.basis.kind.value for each in bases} == {"courtesy"}
    assert [(each.name, each.kind, each.count) for each in imported_files(node)] == [("ets-185", "positions", 3)]


def test_an_instrument_of_the_operator_is_known_and_stays_while_a_list_speaks_of_it(story: Story) -> None:
    node = story.node("alone")
    import_file(node, own(), name="xc-xd", taken_from="xc-xd.toml")
    said = PAGE.split("[[positions]]")[0] + "".join(
        f'[[positions]]\nparty = "{who}"\ninstrument = "xc-xd-2020"\nact = "ratification"\non = 2021-01-01\n\n'
        for who in ("XC", "XD")
    )
    import_file(node, said.encode(), name="bilateral", taken_from="b.toml")
    first = basis_between(node, "", ours="XC", theirs="XD", on=DAY).found[0]
    assert (first.basis.instrument, first.basis.kind.value, first.basis.since) == (
        "xc-xd-2020",
        "binding",
        date(2021, 1, 31),
    )
    with pytest.raises(UsageError) as error:
        remove_file(node, "xc-xd")
    assert refused("instrument-file-needed", error)
    remove_file(node, "bilateral")
    remove_file(node, "xc-xd")
    assert imported_files(node) == []
    with pytest.raises(UsageError) as error:
        remove_file(node, "xc-xd")
    assert refused("instrument-file-not-here", error)


@pytest.mark.parametrize(
    ("data", "code"), [(b"x = [", "instrument-unreadable"), (PAGE.encode()[:-9], "positions-unreadable")]
)
def test_a_file_that_is_not_read_leaves_what_was_there(story: Story, data: bytes, code: str) -> None:
    node = story.node("alone")
    import_file(node, PAGE.encode(), name="ets-185", taken_from="ets-185.toml")
    with pytest.raises(MalformedError) as error:
        import_file(node, data, name="ets-185", taken_from="worse.toml")
    assert refused(code, error)
    assert [each.taken_from for each in imported_files(node)] == ["ets-185.toml"]


def test_an_instrument_nobody_knows_is_said_to_be_unknown(story: Story) -> None:
    with pytest.raises(UsageError) as error:
        instrument_status(story.reg, story.register, "no-such-text", on=DAY)
    assert refused("instrument-not-found", error)


def test_a_register_carries_no_code_until_its_secretariat_published_one(story: Story) -> None:
    xc = story.join("xc", "XC")
    assert carried_instruments(xc.node, story.register) == {}
    publish_instrument(story.reg, story.register, load_instruments()["un-norms-2015"])
    story.sync("xc")
    (carried,) = carried_instruments(xc.node, story.register).values()
    assert (carried.instrument, carried.acts, carried.addressed) == ("un-norms-2015", (), (ParticipantType.STATE,))
    with pytest.raises(VerificationError) as error:
        declare_stand(xc.node, xc.place, stand("adoption", instrument="un-norms-2015"))
    assert refused("rule-37", error)


def test_a_provider_adopts_a_code_of_the_operators_own_for_its_networks(story: Story) -> None:
    import_file(story.reg, OWN, name="xp-pledge", taken_from="xp-pledge.toml")
    publish_instrument(story.reg, story.register, known_instruments(story.reg)["xp-pledge"])
    xp = story.join("xp", "XP", type_=ParticipantType.PROVIDER)
    adoption = stand("adoption", instrument="xp-pledge", networks=[64496, 64511])
    declare_stand(xp.node, xp.place, adoption)
    (made,) = declared_of(xp)
    assert [(each.number, each.claimed) for each in made.networks] == [(64496, False), (64511, False)]
    found = instrument_status(story.reg, story.register, "xp-pledge", on=DAY)
    assert [each.standing.status for each in found.standings] == [Status.ADOPTED]
    assert found.open_to(ParticipantType.PROVIDER) and not found.open_to(ParticipantType.STATE)
    without = instrument_status(xp.node, story.register, "xp-pledge", on=DAY)
    assert (without.text, without.conduct, without.addressed) == (None, True, (ParticipantType.PROVIDER,))


def test_a_file_of_the_operator_that_is_unsound_is_refused_whole(story: Story) -> None:
    node = story.node("alone")
    for wrong in (OWN.replace(b"action-3", b"action-30"), OWN.replace(b'role = "norm"', b'role = "final"')):
        with pytest.raises(MalformedError) as error:
            import_file(node, wrong, name="xp-pledge", taken_from="xp-pledge.toml")
        assert refused("instrument-inconsistent", error)
    assert imported_files(node) == [] and "xp-pledge" not in known_instruments(node)
