"""Is every word on every page one that translators get? A walk in the language nobody speaks shows the others."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from html import unescape
from string import Formatter

import pytest
from babel import Locale
from django.test import override_settings
from django.utils import translation

from liaison.node import homes
from liaison.node.config import Config
from liaison.node.models import Officer
from liaison.node.services.care.findings import Finding, State
from liaison.web.words import found_words
from tests.browser.walking import FILES, kind_of
from tests.translations.pseudo import CODE, unmarked, write_pseudo
from tests.web.visiting import Visitor, visit
from tests.world import World
from tools.translations.extraction import SOURCES, extract_words

FINDINGS = tomllib.loads((SOURCES / "node/services/care/checks.toml").read_text(encoding="utf-8"))
_LINK = re.compile(r'<a [^>]*href="([^"#]+)')
# The name of the program, what a title begins with (a name, a number), the code of a
# sentence in the phrase book, and formats by their names.
_OURS = re.compile(r"(.* )?· Liaison|Liaison|\d+ (minutoj|horoj)|[A-H]\d+ ·|STIX 2\.1|MISP|XARF 4|IODEF 2|CSAF 2")

_LANGUAGES = set(Locale.parse(CODE).languages.values())
"""What CLDR calls languages in the language of the walk."""


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """An officer with every role, who reads that language, in a night with cases, a draft and a proposal."""
    folder = tmp_path_factory.mktemp("pseudo")
    write_pseudo(extract_words(), folder)
    with override_settings(LOCALE_PATHS=[folder]), World(tmp_path_factory.mktemp("pages")) as world:
        world.send("XC", "XD")
        world.send("XD", "XC", urgency="urgent")
        node = world.nodes["XC"]
        homes.create_folders(node.home)
        homes.write_config(node.home, Config())
        homes.write_credential(node.home / "credential", b"0" * 32)
        visitor = visit(world, "XC")
        with world.at("XC"):
            Officer.objects.filter(pk=visitor.officer).update(language=CODE)
        yield visitor


def walk(visitor: Visitor, *begin: str) -> Iterator[tuple[str, str]]:
    """One page of each kind that links lead to."""
    waiting = [visitor.base, *begin]
    seen = {kind_of(each) for each in waiting}
    while waiting:
        address = waiting.pop(0)
        answer = visitor.get(address)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        yield kind_of(address), text
        for path in map(unescape, _LINK.findall(text)):
            if path.startswith("/") and not FILES.search(path) and kind_of(path) not in seen:
                seen.add(kind_of(path))
                waiting.append(path)


def english(text: str) -> list[str]:
    return [each for each in unmarked(text) if not _OURS.fullmatch(each) and each not in _LANGUAGES]


def test_every_page_is_in_words_that_were_marked(officer: Visitor) -> None:
    draft = officer.send("write/", form="incident-notice").headers["Location"].removesuffix("to")
    steps = [f"{draft}{step}" for step in ("form", "to", "how", "text", "files", "check")]
    looked = [officer.at(f"find/?q={typed}") for typed in ("XD", "10.0.0.1", "AS0", "nobody.example", "%00")]
    pages = dict(walk(officer, *steps, *looked))
    assert len(pages) >= 40
    found = {path: said for path, text in pages.items() if (said := english(text))}
    assert found == {}


@pytest.mark.parametrize(
    ("tail", "typed"),
    [
        ("entry/change", {"languages": "?", "urgent": "soon", "contact/states/telephone": "no"}),
        ("administration/officers/add", {"login": "ad min", "name": "", "language": "xx", "zone": "Nowhere"}),
        ("write/", {"form": "nothing"}),
        ("book/import", {}),
        ("administration/clearance", {"form": "nothing", "demand": "x", "hours": "-1"}),
        ("administration/retention", {"close": "x"}),
        ("nowhere", {}),
    ],
)
def test_what_is_wrong_is_said_in_words_that_were_marked(officer: Visitor, tail: str, typed: dict[str, str]) -> None:
    answer = officer.post(officer.at(tail), typed)
    assert answer.status_code >= 400
    assert english(answer.content.decode()) == []


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_what_the_doctor_finds_is_said_in_words_that_were_marked(officer: Visitor, code: str) -> None:
    """The codes inside become words too; numbers, paths and names stay."""
    names = {name for text in FINDINGS[code].values() for _, name, _, _ in Formatter().parse(text) if name}
    coded = {"error": "peer-hung-up", "job": "keep-retention", "reason": "register-forked"}
    with translation.override(CODE):
        said = found_words(Finding("x", State.WARN, code, {name: coded.get(name, "7") for name in names}))
    assert [unmarked(text) for text in said] == [[], []]
