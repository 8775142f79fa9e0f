"""Rules 36 to 39: which texts a register carries, and what a participant may declare about them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liaison.register import bodies
from liaison.register.law import instruments as law
from liaison.register.vocabulary import REGISTER, Act, ParticipantType
from liaison.wire.identifiers import digest
from liaison.wire.typed import convert
from tests.register.judging import by_node
from tests.register.registry import RegisterBuilder, small_register

TREATY = "xy-2020"
TEXT = digest(b"the data of a treaty")


def published(**changes: Any) -> bodies.InstrumentPublished:
    given: dict[str, Any] = {
        "instrument": TREATY,
        "version": 1,
        "title": "A treaty",
        "text": TEXT,
        "document": None,
        "address": "https://depositary.example/xy",
        "acts": (Act.RATIFICATION, Act.RESERVATION, Act.OBJECTION, Act.WITHDRAWAL),
        "clauses": ("art-1", "art-2"),
        "withdrawn": False,
    }
    return bodies.InstrumentPublished(**(given | changes))


def stand(act: Act = Act.RATIFICATION, **changes: Any) -> bodies.StandDeclared:
    given: dict[str, Any] = {
        "instrument": TREATY,
        "act": act,
        "on": "2026-02-01",
        "clauses": (),
        "about": None,
        "said": None,
        "evidence": "https://depositary.example/xy/xc",
        "replaces": None,
    }
    return bodies.StandDeclared(**(given | changes))


def carrying(*codes: str) -> RegisterBuilder:
    """A register that carries the treaty."""
    registry = small_register(*codes)
    registry.by_node(published(), REGISTER, "office")
    return registry


def publishing(registry: RegisterBuilder, **changes: Any) -> str:
    return by_node(registry, published(**changes), REGISTER, "office")


def test_a_text_is_published_and_stands_are_declared_about_it() -> None:
    registry = carrying("XC")
    registry.by_node(stand(), "XC")
    registry.by_node(stand(Act.RESERVATION, clauses=("art-2",)), "XC")
    (made,) = registry.view.participant(registry.ids["XC"]).stands.values()  # type: ignore[union-attr]
    assert [each.body.act for each in made] == [Act.RATIFICATION, Act.RESERVATION]
    secretariat = registry.view.participant(REGISTER)
    assert secretariat is not None and secretariat.instruments[TREATY].body == published()


def test_a_participant_that_declared_nothing_is_written_as_before() -> None:
    registry = small_register("XC")
    state = registry.view.participant(registry.ids["XC"])
    assert {"stands", "instruments"} & set(msgspec.to_builtins(state)) == set()


def test_rule_36_a_stand_about_a_text_that_is_not_carried_is_void() -> None:
    assert by_node(small_register("XC"), stand()) == "rule-36"


def test_rule_36_a_stand_about_a_text_carried_no_longer_is_void() -> None:
    registry = carrying("XC")
    registry.by_node(published(version=2, withdrawn=True), REGISTER, "office")
    assert by_node(registry, stand()) == "rule-36"
    registry.by_node(published(version=3), REGISTER, "office")
    assert by_node(registry, stand()) == "stands"


def test_rule_36_the_secretariat_has_no_position() -> None:
    assert by_node(carrying("XC"), stand(), REGISTER, "office") == "rule-36"


def test_rule_37_an_act_the_text_is_not_open_to_is_void() -> None:
    assert by_node(carrying("XC"), stand(Act.ACCESSION)) == "rule-37"


@pytest.mark.parametrize(
    ("act", "changes"),
    [
        (Act.RESERVATION, {"clauses": ("art-3",)}),
        (Act.RATIFICATION, {"clauses": ("art-1",)}),
        (Act.RATIFICATION, {"about": "XD"}),
        (Act.OBJECTION, {}),
        (Act.OBJECTION, {"about": "0" * 64}),
    ],
)
def test_rule_37_an_act_that_names_what_it_cannot_name_is_void(act: Act, changes: dict[str, Any]) -> None:
    assert by_node(carrying("XC"), stand(act, **changes)) == "rule-37"


def test_rule_37_an_objection_names_another_participant_or_a_code() -> None:
    registry = carrying("XC", "XD")
    ids = registry.ids
    assert by_node(registry, stand(Act.OBJECTION, about=ids["XD"])) == "stands"
    assert by_node(registry, stand(Act.OBJECTION, about="XF")) == "stands"
    assert by_node(registry, stand(Act.OBJECTION, about=ids["XC"])) == "rule-37"


def test_rule_37_no_text_is_open_to_retraction() -> None:
    assert publishing(small_register("XC"), acts=(Act.RETRACTION,)) == "rule-37"


def test_rule_38_a_statement_replaces_one_that_stands_of_the_same_participant() -> None:
    registry = carrying("XC", "XD")
    first = registry.by_node(stand(), "XC")
    assert by_node(registry, stand(replaces=first.payload_hash), "XD") == "rule-38"
    registry.by_node(stand(on="2026-02-02", replaces=first.payload_hash), "XC")
    assert by_node(registry, stand(replaces=first.payload_hash)) == "rule-38"
    state = registry.view.participant(registry.ids["XC"])
    assert state is not None
    assert [each.replaced_index is None for each in state.stands[TREATY]] == [False, True]


def test_rule_38_a_retraction_says_what_it_takes_back_and_is_not_itself_taken_back() -> None:
    registry = carrying("XC")
    assert by_node(registry, stand(Act.RETRACTION)) == "rule-38"
    first = registry.by_node(stand(), "XC")
    back = registry.by_node(stand(Act.RETRACTION, replaces=first.payload_hash), "XC")
    assert by_node(registry, stand(replaces=back.payload_hash)) == "rule-38"


def test_rule_38_what_stands_already_is_not_declared_again() -> None:
    registry = carrying("XC", "XD")
    first = registry.by_node(stand(), "XC")
    assert (by_node(registry, stand()), by_node(registry, stand(), "XD")) == ("rule-38", "stands")
    registry.by_node(stand(Act.RETRACTION, replaces=first.payload_hash), "XC")
    assert by_node(registry, stand()) == "stands"


def test_rule_39_a_later_version_keeps_every_clause() -> None:
    registry = carrying("XC")
    assert publishing(registry, version=2, clauses=("art-1",)) == "rule-39"
    assert publishing(registry, version=2, clauses=("art-1", "art-2", "art-3")) == "stands"


def test_rule_34_versions_of_a_text_follow_each_other() -> None:
    registry = carrying("XC")
    assert (publishing(registry), publishing(registry, version=3)) == ("rule-34", "rule-34")
    assert publishing(small_register("XC"), version=2) == "rule-34"


def test_rule_15_clauses_and_acts_stand_once() -> None:
    assert publishing(small_register("XC"), clauses=("art-1", "art-1")) == "rule-15"
    assert publishing(small_register("XC"), acts=(Act.ACCESSION, Act.ACCESSION)) == "rule-15"
    assert by_node(carrying("XC"), stand(Act.RESERVATION, clauses=("art-1", "art-1"))) == "rule-15"


def test_rule_16_a_participant_makes_so_many_statements_about_one_text() -> None:
    registry = carrying("XC")
    for day in range(law.STANDS):
        registry.by_node(stand(on=f"2026-{1 + day // 28:02}-{1 + day % 28:02}"), "XC")
    assert by_node(registry, stand()) == "rule-16"


def test_rule_16_a_participant_makes_so_many_statements_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(law, "ALL_STANDS", 2)
    registry = carrying("XC")
    registry.by_node(published(instrument="xz-2021"), REGISTER, "office")
    for name in (TREATY, "xz-2021"):
        registry.by_node(stand(instrument=name), "XC")
    assert by_node(registry, stand()) == "rule-16"


@pytest.mark.parametrize("day", ["2026-02-29", "2026-04-31"])
def test_rule_01_a_day_that_never_was_is_void(day: str) -> None:
    assert by_node(carrying("XC"), stand(on=day)) == "rule-01"


def test_rule_04_only_the_secretariat_publishes_a_text() -> None:
    assert by_node(carrying("XC"), published(version=2)) == "rule-04"


@pytest.mark.parametrize("link", ["http s://x", "ftp://x.example", "https://" + "x" * 300, "https://x.example/\u00e9"])
def test_rule_01_an_address_is_a_plain_link(link: str) -> None:
    assert by_node(carrying("XC"), stand(evidence=link)) == "rule-01"


STATE, PROVIDER = ParticipantType.STATE, ParticipantType.PROVIDER
CODE_ACTS = (Act.ADOPTION, Act.ADOPTION_WITH_RESERVATION, Act.DECLINE, Act.WITHDRAWAL)


def of(type_: ParticipantType, *addressed: ParticipantType, acts: tuple[Act, ...] = CODE_ACTS) -> RegisterBuilder:
    """A register with XC of this type that carries a code which speaks to those types, or does not say to whom."""
    registry = RegisterBuilder()
    registry.open()
    registry.admit("XC", type=type_)
    registry.set_up("XC")
    more = {"addressed": addressed} if addressed else {}
    registry.by_node(published(acts=acts, **more), REGISTER, "office")
    return registry


@pytest.mark.parametrize("act", [Act.ADOPTION, Act.DECLINE])
def test_rule_37_a_stand_of_a_type_that_the_text_does_not_address_is_void(act: Act) -> None:
    for one in ParticipantType:
        found = {other: by_node(of(one, other), stand(act)) for other in ParticipantType}
        assert found == {other: "stands" if other is one else "rule-37" for other in ParticipantType}


def test_rule_37_a_text_by_consensus_is_open_to_no_stand() -> None:
    registry = of(STATE, STATE, acts=())
    assert {by_node(registry, stand(act)) for act in CODE_ACTS} == {"rule-37"}


def test_rule_37_a_text_that_says_nothing_of_whom_it_addresses_is_open_to_all() -> None:
    assert {by_node(of(one), stand(Act.ADOPTION)) for one in ParticipantType} == {"stands"}


def test_rule_37_who_is_addressed_no_more_can_still_withdraw() -> None:
    registry = of(STATE, STATE)
    registry.by_node(stand(Act.ADOPTION), "XC")
    registry.by_node(published(version=2, acts=CODE_ACTS, addressed=(PROVIDER,)), REGISTER, "office")
    assert by_node(registry, stand(Act.ADOPTION, on="2026-05-01")) == "rule-37"
    assert by_node(registry, stand(Act.WITHDRAWAL, on="2026-05-01")) == "stands"


def test_rule_37_an_adoption_with_reservation_says_what_it_reserves() -> None:
    registry = of(STATE, STATE)
    assert by_node(registry, stand(Act.ADOPTION_WITH_RESERVATION)) == "rule-37"
    assert by_node(registry, stand(Act.ADOPTION_WITH_RESERVATION, clauses=("art-1",))) == "stands"
    words = bodies.Said(lang="en", text="As far as our law allows.")
    assert by_node(registry, stand(Act.ADOPTION_WITH_RESERVATION, said=words)) == "stands"
    assert by_node(registry, stand(Act.ADOPTION, clauses=("art-1",))) == "rule-37"


def test_rule_37_only_a_provider_that_adopts_names_networks() -> None:
    provider = of(PROVIDER, STATE, PROVIDER)
    assert by_node(provider, stand(Act.ADOPTION, networks=(64496, 64497))) == "stands"
    assert by_node(provider, stand(Act.DECLINE, networks=(64496,))) == "rule-37"
    assert by_node(of(STATE, STATE, PROVIDER), stand(Act.ADOPTION, networks=(64496,))) == "rule-37"


def test_rule_15_a_network_and_an_addressee_stand_once() -> None:
    assert by_node(of(PROVIDER, PROVIDER), stand(Act.ADOPTION, networks=(64496, 64496))) == "rule-15"
    assert publishing(small_register("XC"), addressed=(STATE, STATE)) == "rule-15"


def test_what_is_left_out_is_signed_as_before_and_an_empty_list_is_no_other_spelling_of_it() -> None:
    registry = small_register("XC")
    assert b"addressed" not in registry.drafted(published(), REGISTER, "office")
    assert b"networks" not in registry.drafted(stand(), "XC", "main")
    for body, member in ((published(), "addressed"), (stand(), "networks")):
        with pytest.raises(msgspec.ValidationError):
            convert(msgspec.to_builtins(body) | {member: []}, type(body))
