"""Rules 36 to 39: which texts a register carries, and what a participant may declare about them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from liaison.register import bodies
from liaison.register.law import instruments as law
from liaison.register.vocabulary import REGISTER, Act
from liaison.wire.identifiers import digest
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
