"""Is every instrument that is shipped sound, and is a file that is none refused with the place of what is wrong?"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from liaison.errors import MalformedError
from liaison.instruments import catalogue
from liaison.instruments.catalogue import decode_instrument, demands, load_instruments, merge_instruments
from liaison.instruments.texts import Role, TextKind, text_hash
from tests import house

FOLDER = house.SOURCES / "instruments" / "data" / "instruments"
PAGES = sorted(FOLDER.glob("*.toml"))
BUDAPEST = (FOLDER / "budapest-2001.toml").read_text(encoding="utf-8")
RESERVED = ["4(2)", "6(3)", "9(4)", "10(3)", "11(3)", "14(3)", "22(2)", "29(4)", "41(1)"]


def test_the_instruments_of_the_program_are_its_files() -> None:
    assert sorted(load_instruments()) == [page.stem for page in PAGES]
    assert {"un-cybercrime-2024", "budapest-2001", "budapest-2022-p2", "bilateral-template", "reciprocity"} <= set(
        load_instruments()
    )


@pytest.mark.parametrize("name", sorted(load_instruments()))
def test_an_instrument_says_where_its_official_text_is_and_never_claims_to_be_it(name: str) -> None:
    text = load_instruments()[name]
    assert text.source
    if text.kind is TextKind.TREATY:
        assert text.address.startswith("https://") and text.symbol and text.adopted and text.depositary
    assert not text.checked, "nobody has compared it with the official text"
    assert bool(text.cooperation()) == (text.kind is not TextKind.CONDUCT)


@pytest.mark.parametrize("name", ["un-cybercrime-2024", "budapest-2001", "budapest-2022-p2"])
def test_the_id_of_a_clause_is_its_article(name: str) -> None:
    wrong = {
        clause: each.article
        for clause, each in load_instruments()[name].clauses.items()
        if not clause.startswith(
            "art-" + "-".join(re.findall(r"[0-9]+|(?<=\()[a-z](?=\))", each.article.split("-")[0]))
        )
    }
    assert wrong == {}


def test_the_budapest_convention_admits_exactly_the_reservations_of_its_article_42() -> None:
    clauses = load_instruments()["budapest-2001"].clauses.values()
    assert sorted(each.article for each in clauses if each.role is Role.RESERVATION) == sorted(RESERVED)


def test_every_demand_is_used_or_made_by_the_resolver() -> None:
    used = {code for text in load_instruments().values() for clause in text.clauses.values() for code in clause.demands}
    made = {
        "courtesy-only",
        "declaration-made",
        "reservation-made",
        "reservation-not-foreseen",
        "reservation-objected-to",
    }
    assert used | made == set(demands())


def test_the_hash_covers_what_two_readers_must_agree_on_and_no_paraphrase() -> None:
    first = decode_instrument(BUDAPEST.encode())
    other_words = decode_instrument(
        BUDAPEST.replace("One party asks another", "A party requests that another").encode()
    )
    other_period = decode_instrument(BUDAPEST.replace("months = 3", "months = 4").encode())
    other_clause = decode_instrument(BUDAPEST.replace('article = "29(4)"', 'article = "29(5)"').encode())
    assert text_hash(first) == text_hash(other_words)
    assert len({text_hash(each) for each in (first, other_period, other_clause)}) == 3


CHANGES: dict[str, Callable[[str], str]] = {
    "unreadable": lambda text: text + "\n[[[",
    "unknown member": lambda text: text.replace('kind = "treaty"', 'kind = "treaty"\nmood = "good"'),
    "unknown act": lambda text: text.replace('"signature",', '"handshake",'),
    "unknown demand": lambda text: text.replace('"sixty-days"', '"sixty-nights"'),
    "a demand twice": lambda text: text.replace('"request-to-follow", "sixty-days"', '"sixty-days", "sixty-days"'),
    "a reservation of nothing": lambda text: text.replace('part_of = "art-29"', 'part_of = "art-290"'),
    "a part without its clause": lambda text: text.replace('part_of = "art-29"\n', ""),
    "an entry by a clause that is not there": lambda text: text.replace('clause = "art-36"', 'clause = "art-360"'),
    "an entry by an act nobody may do": lambda text: text.replace(
        'by = ["ratification",', 'by = ["definitive-signature",'
    ),
    "a way out by a clause that is not there": lambda text: text.replace('clause = "art-47"', 'clause = "art-470"'),
    "no way in": lambda text: re.sub(r"\[entry\].*?\n\n", "", text, flags=re.DOTALL),
    "no way out": lambda text: re.sub(r"\[withdrawal\].*?\n\n", "", text, flags=re.DOTALL),
    "one party alone": lambda text: text.replace('kind = "treaty"', 'kind = "treaty"\nparties = ["XC"]'),
    "a treaty without acts": lambda text: re.sub(r"acts = \[.*?\]\n", "acts = []\n", text, flags=re.DOTALL),
    "a template with acts": lambda text: text.replace('kind = "treaty"', 'kind = "template"'),
    "no clauses": lambda text: text.split("[clauses.art-2]")[0] + "[clauses]\n",
    "a line that turns around": lambda text: text.replace("24/7 network", "24/7 \u202enetwork"),
    "an excluding article": lambda text: text.replace('role = "measure"', 'role = "measure"\nexcludes = true', 1),
    "too large": lambda text: text + "#" * catalogue.MOST_BYTES,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_does_not_hold_together_is_refused(change: Callable[[str], str]) -> None:
    changed = change(BUDAPEST)
    assert changed != BUDAPEST
    with pytest.raises(MalformedError):
        decode_instrument(changed.encode())


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(MalformedError):
        decode_instrument(b"\xff\xfe")


def test_an_id_stands_once() -> None:
    with pytest.raises(MalformedError) as refused:
        merge_instruments(load_instruments(), [decode_instrument(BUDAPEST.encode())])
    assert refused.value.code == "instrument-twice"


def own(**members: Any) -> bytes:
    """A bilateral treaty as an operator writes one."""
    page = (FOLDER / "bilateral-template.toml").read_text(encoding="utf-8")
    head = {
        'id = "bilateral-template"': 'id = "xc-xd-2020"',
        'kind = "template"': 'kind = "treaty"\nfollows = "bilateral-template"\nparties = ["XC", "XD"]\n'
        'acts = ["ratification", "withdrawal"]\n',
    }
    for old, new in head.items():
        page = page.replace(old, new)
    for old, new in members.items():
        page = page.replace(old, new)
    return (
        page
        + '\n[entry]\ndeposits = 2\nby = ["ratification"]\nwait = { clause = "final", days = 30 }\n'
        + 'later = { clause = "final", days = 30 }\n\n[withdrawal]\nclause = "final"\nmonths = 6\n'
        + '\n[clauses.final]\narticle = "20"\nrole = "final"\nen = "Entry into force and end"\ntext = "As said."\n'
    ).encode()


def test_a_bilateral_treaty_is_a_copy_of_the_template_with_its_own_ends() -> None:
    treaty = decode_instrument(own())
    assert merge_instruments(load_instruments(), [treaty])["xc-xd-2020"].follows == "bilateral-template"


@pytest.mark.parametrize(
    "members",
    [
        {"bilateral-template": "budapest-2001"},
        {"bilateral-template": "nothing"},
        {"[clauses.preservation]": "[clauses.x]"},
    ],
)
def test_a_treaty_that_follows_something_else_is_refused(members: dict[str, str]) -> None:
    treaty = decode_instrument(own(**members))
    with pytest.raises(MalformedError) as refused:
        merge_instruments(load_instruments(), [treaty])
    assert refused.value.params["place"] == "follows"


def test_the_files_name_nothing_twice() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        tables = re.findall(r"^\[clauses\.([a-z0-9-]+)\]", text, re.MULTILINE)
        assert len(tables) == len(tomllib.loads(text)["clauses"])
