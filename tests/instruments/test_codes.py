"""Are the codes of conduct that ship whole, are they open to whom they say, and is lineage the same from both sides?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from liaison.errors import MalformedError
from liaison.instruments.catalogue import decode_instrument, load_instruments, merge_instruments, text_hash
from liaison.instruments.legal_basis import legal_basis
from liaison.instruments.lineage import MIRRORED, relatives
from liaison.instruments.positions import Positions, Statement, Status, standing
from liaison.instruments.texts import Kin, Role, TextKind
from liaison.register.vocabulary import Act, ParticipantType
from tests import house

FOLDER = house.SOURCES / "instruments" / "data" / "instruments"
CODES = {
    "un-norms-2015": [f"norm-{letter}" for letter in "abcdefghijk"],
    "sco-code-2015": [f"pledge-{number}" for number in range(1, 14)],
    "gcsc-2019": [f"norm-{number}" for number in range(1, 9)],
    "paris-call-2018": [f"principle-{number}" for number in range(1, 10)],
    "manrs-operators": [f"action-{number}" for number in range(1, 5)],
    "manrs-ixp": [f"action-{number}" for number in range(1, 6)],
    "manrs-cdn": [f"action-{number}" for number in range(1, 7)],
}
OPEN = {Act.ADOPTION, Act.ADOPTION_WITH_RESERVATION, Act.DECLINE, Act.WITHDRAWAL}
OWN = b"""
id = "xp-pledge"
version = 1
kind = "conduct"
en = "Pledge of the providers of XP"
short = "Pledge of XP"
source = "Written by the operator"
checked = false
addressed = ["provider"]
acts = ["adoption", "decline", "withdrawal"]

[clauses.one]
article = "1"
role = "norm"
en = "Contacts that answer"
text = "Whoever pledges answers within a day."
lineage = { "manrs-operators/action-3" = "wider" }
"""
STATES, PROVIDERS = ParticipantType.STATE, ParticipantType.PROVIDER


def test_the_codes_that_ship_have_the_norms_their_texts_have_in_their_order() -> None:
    found = {name: list(text.clauses) for name, text in load_instruments().items() if text.kind is TextKind.CONDUCT}
    assert found == CODES


@pytest.mark.parametrize("name", CODES)
def test_every_norm_has_words_a_source_and_an_address_and_nobody_claims_to_have_checked_them(name: str) -> None:
    text = load_instruments()[name]
    assert text.address.startswith("https://") and text.source and not text.checked
    assert {clause.role for clause in text.clauses.values()} == {Role.NORM}
    assert len({clause.text for clause in text.clauses.values()}) == len(text.clauses)


def test_what_was_agreed_by_consensus_is_open_to_no_stand_and_the_others_are_to_all_four() -> None:
    acts = {name: set(load_instruments()[name].acts) for name in CODES}
    assert acts == {name: set() if name == "un-norms-2015" else OPEN for name in CODES}


def test_a_code_speaks_to_states_to_providers_or_to_both_and_a_norm_may_speak_to_fewer() -> None:
    texts = load_instruments()
    assert texts["un-norms-2015"].addressees() == texts["sco-code-2015"].addressees() == (STATES,)
    assert all(texts[name].addressees() == (PROVIDERS,) for name in CODES if name.startswith("manrs"))
    assert {STATES, PROVIDERS} <= set(texts["paris-call-2018"].addressees())
    assert texts["gcsc-2019"].addressees("norm-5") == (STATES,)
    assert texts["gcsc-2019"].addressees("norm-6") == (PROVIDERS,)
    assert PROVIDERS not in texts["budapest-2001"].addressees()


def test_lineage_is_the_same_seen_from_both_sides() -> None:
    texts, links = load_instruments(), 0
    for name, text in texts.items():
        for clause in text.clauses:
            for each in relatives(texts, name, clause):
                back = relatives(texts, each.instrument, each.clause)
                assert [one.kin for one in back if (one.instrument, one.clause) == (name, clause)] == [
                    MIRRORED[each.kin]
                ]
                links += 1
    assert links == 2 * sum(len(clause.lineage) for text in texts.values() for clause in text.clauses.values()) > 0


def test_a_narrower_clause_sees_the_other_as_wider() -> None:
    texts = load_instruments()
    (hacking_back,) = relatives(texts, "paris-call-2018", "principle-8")
    assert (hacking_back.kin, hacking_back.instrument, hacking_back.clause) == (Kin.WIDER, "gcsc-2019", "norm-8")
    seen = {(each.instrument, each.kin) for each in relatives(texts, "budapest-2001", "art-23")}
    assert seen == {("un-norms-2015", Kin.WIDER)}


@pytest.mark.parametrize(
    "link",
    [
        '"manrs-operators/action-9" = "same"',
        '"no-such-text/action-3" = "same"',
        '"xp-pledge/one" = "same"',
    ],
)
def test_lineage_to_what_is_not_there_or_to_itself_is_refused(link: str) -> None:
    page = OWN.replace(b'"manrs-operators/action-3" = "wider"', link.encode())
    with pytest.raises(MalformedError) as refused:
        merge_instruments(load_instruments(), [decode_instrument(page)])
    assert refused.value.code == "instrument-inconsistent"
    assert str(refused.value.params["place"]).startswith("clauses.one.lineage.")


def test_a_link_that_stands_in_the_files_of_both_sides_is_refused() -> None:
    other = OWN.replace(b'"xp-pledge"', b'"xq-pledge"').replace(b"manrs-operators/action-3", b"xp-pledge/one")
    mine = OWN.replace(b"manrs-operators/action-3", b"xq-pledge/one")
    with pytest.raises(MalformedError):
        merge_instruments(load_instruments(), [decode_instrument(mine), decode_instrument(other)])


CHANGES: dict[str, Callable[[str], str]] = {
    "a signature": lambda text: text.replace('"adoption",', '"signature",'),
    "no way back": lambda text: text.replace(', "withdrawal"', ""),
    "an article": lambda text: text.replace('role = "norm"', 'role = "cooperation"'),
    "nobody addressed": lambda text: text.replace('addressed = ["provider"]\n', ""),
    "somebody twice": lambda text: text.replace('["provider"]', '["provider", "provider"]'),
    "a norm for whom the text does not address": lambda text: text + 'addressed = ["state"]\n',
    "an unknown kinship": lambda text: text.replace('"wider"', '"better"'),
    "entry into force": lambda text: text.replace(
        "[clauses.one]",
        '[entry]\ndeposits = 2\nby = []\nwait = { clause = "one", days = 1 }\nlater = { clause = "one", days = 1 }\n'
        "[clauses.one]",
    ),
    "a treaty with norms": lambda text: text.replace('kind = "conduct"', 'kind = "treaty"'),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_code_that_does_not_hold_together_is_refused(change: Callable[[str], str]) -> None:
    text = OWN.decode()
    assert change(text) != text
    with pytest.raises(MalformedError):
        decode_instrument(change(text).encode())


def test_a_code_of_the_operators_own_is_read_with_its_lineage() -> None:
    texts = merge_instruments(load_instruments(), [decode_instrument(OWN)])
    (found,) = relatives(texts, "xp-pledge", "one")
    assert (found.kin, found.instrument) == (Kin.NARROWER, "manrs-operators")
    assert {each.instrument for each in relatives(texts, "manrs-operators", "action-3")} >= {"xp-pledge", "manrs-cdn"}


def test_lineage_and_words_change_no_hash_and_whom_it_addresses_does() -> None:
    first = decode_instrument(OWN)
    for same in (OWN.replace(b'"wider"', b'"same"'), OWN.replace(b"within a day", b"soon")):
        assert text_hash(decode_instrument(same)) == text_hash(first)
    other = decode_instrument(OWN.replace(b'["provider"]', b'["provider", "state"]'))
    assert text_hash(other) != text_hash(first)


def test_what_was_added_for_codes_leaves_the_hash_of_a_treaty_as_it_was() -> None:
    hashes = {name: text_hash(text) for name, text in load_instruments().items() if text.kind is TextKind.TREATY}
    assert hashes == TREATIES


TREATIES = {
    "budapest-2001": "d974b89df2d0572fad2e011e73fb05c72b71819f1c85878a4d6326d9a6d50eb3",
    "budapest-2022-p2": "085c9f406db0cae8b75d9aa8041481d09644ed4ba318e56c3ff9cdc5901278df",
    "un-cybercrime-2024": "c7889a2f5a5485dbc6ef0546946a1ea3c22448d509f2ab027a027131f9e0102e",
}
"""As registers that carry them have it; another hash says that the text's data changed."""


def said(act: Act, on: str, **more: object) -> Statement:
    return Statement("XP", "manrs-operators", act, date.fromisoformat(on), **more)  # type: ignore[arg-type]


def test_the_last_word_says_how_a_participant_stands_to_a_code_on_a_day() -> None:
    text = load_instruments()["manrs-operators"]
    known = Positions(
        (
            said(Act.WITHDRAWAL, "2025-01-01"),
            said(Act.ADOPTION, "2026-01-01", networks=(64496,)),
            said(Act.ADOPTION_WITH_RESERVATION, "2026-02-01", clauses=("action-2",), networks=(64496, 64497)),
            said(Act.WITHDRAWAL, "2026-03-01"),
            said(Act.DECLINE, "2026-04-01"),
        )
    )

    def status(day: str) -> Status:
        return standing(text, known, "XP", on=date.fromisoformat(day)).status

    days = ["2025-06-01", "2026-01-15", "2026-02-15", "2026-03-15", "2026-04-15"]
    assert [status(day).value for day in days] == [
        "none",
        "adopted",
        "adopted-with-reservation",
        "withdrawn",
        "declined",
    ]
    reserved = standing(text, known, "XP", on=date(2026, 2, 15))
    assert (reserved.networks, reserved.since) == ((64496, 64497), date(2026, 2, 1))
    assert [each.clauses for each in reserved.reservations] == [("action-2",)]


def test_a_request_rests_on_no_code() -> None:
    known = Positions((said(Act.ADOPTION, "2026-01-01"),))
    found = legal_basis(load_instruments(), known, ours="XC", theirs="XD", on=date(2026, 11, 26))
    assert {each.instrument for each in found} & CODES.keys() == set()


def test_the_files_name_no_norm_twice() -> None:
    for name in CODES:
        text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
        assert len(re.findall(r"^\[clauses\.([a-z0-9-]+)\]", text, re.MULTILINE)) == len(CODES[name])
