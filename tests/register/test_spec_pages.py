"""Do the pages on the register say what the code does? Their examples are read by the code."""

from __future__ import annotations

import re
import tomllib

import msgspec
import pytest

from liaison.register.anchor import parse_anchor
from liaison.register.bodies import ResourcesPublished
from liaison.register.entries import BODIES, decode_payload
from liaison.register.export import _SECTIONS
from liaison.register.nominations import parse_nominations
from liaison.register.records import RecordKind, decode_record
from liaison.register.rules import Rule, explain_rule
from liaison.wire.canonical import decode, encode
from tests import house

SPEC = house.ROOT / "docs" / "spec"


def page(name: str) -> str:
    return (SPEC / name).read_text(encoding="utf-8")


def blocks(text: str) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_page_of_the_rules_has_exactly_the_numbers_of_the_code() -> None:
    rows = re.findall(r"^\| (rule-\d\d) \|", page("rules.md"), re.MULTILINE)
    assert sorted(rows) == [rule.value for rule in Rule]


def test_the_explanations_have_exactly_the_numbers_of_the_code() -> None:
    tables = tomllib.loads((house.SOURCES / "register" / "explanations.toml").read_text(encoding="utf-8"))
    assert [name for name in tables if name.startswith("rule-")] == [rule.value for rule in Rule]


def test_rules_are_numbered_without_a_gap() -> None:
    assert [rule.value for rule in Rule] == [f"rule-{number:02}" for number in range(1, len(Rule) + 1)]


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_test_that_names_it(rule: Rule) -> None:
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (house.ROOT / "tests" / "register").glob("test_rules_*")
    )
    assert f"def test_{rule.value.replace('-', '_')}_" in tests


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_is_explained_in_plain_words(rule: Rule) -> None:
    explanation = explain_rule(rule.value)
    assert all(sentence.endswith(".") for sentence in (explanation.what, explanation.kept, explanation.next))


def test_the_entry_on_the_page_is_an_entry() -> None:
    assert decode_payload(blocks(page("entries.md"))[0].strip().encode()).kind == "desk.published"


def test_the_page_of_entries_shows_every_kind() -> None:
    shown = re.findall(r"^### ([a-z]+(?:\.[a-z]+)?)$", page("entries.md"), re.MULTILINE)
    assert shown == list(BODIES)


@pytest.mark.parametrize("kind", BODIES)
def test_the_body_on_the_page_is_one_of_its_kind(kind: str) -> None:
    section = page("entries.md").split(f"### {kind}\n")[1]
    example = decode(blocks(section)[0].strip().encode(), limit=65_535)
    body = msgspec.convert(example, BODIES[kind], strict=True)
    assert encode(example) == encode(msgspec.json.decode(msgspec.json.encode(body)))


def test_the_record_on_the_page_has_the_digest_it_says() -> None:
    assert decode_record(blocks(page("records.md"))[0].strip().encode()).part.kind is RecordKind.CONTACT


def test_the_anchor_on_the_page_is_an_anchor() -> None:
    anchor = parse_anchor(blocks(page("anchor.md"))[0].encode())
    assert (len(anchor.addresses), anchor.checkpoint is not None) == (2, True)


def test_the_register_file_on_the_page_has_the_sections_of_the_code() -> None:
    assert re.findall(r"^([a-z]+) \d+$", blocks(page("anchor.md"))[1], re.MULTILINE) == list(_SECTIONS)


def test_the_table_of_nominations_on_the_page_is_one() -> None:
    rows, problems = parse_nominations(blocks(page("nominations.md"))[0])
    assert ([row.body.nomination for row in rows], problems) == (["xf-technical"], ())


def test_the_resources_on_the_page_are_a_body() -> None:
    example = decode(blocks(page("resources.md"))[0].strip().encode(), limit=65_535)
    assert msgspec.convert(example, ResourcesPublished, strict=True).codes == ("XC", "XP")
