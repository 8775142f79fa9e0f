"""Do the documents say what is there? Links, names of code, names of commands, and the shape of each specification."""

from __future__ import annotations

import functools
import importlib
import re
import tomllib
from pathlib import Path

import click
import pytest

from benchmarks import page, results
from tests import house

DOCS = house.ROOT / "docs"
SECURITY = (DOCS / "operating" / "security.md").read_text(encoding="utf-8")
PAGES = tuple(path for path in house.tracked() if path.suffix == ".md" and not house.exempt(path))
SPECIFICATIONS = tuple(path for path in PAGES if path.parent == DOCS / "spec" and path.name != "README.md")

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[`$|( ])liaison((?: [a-z][a-z-]+)+)")


def named(path: Path) -> str:
    return house.name_of(path)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]
    broken = [link for link in targets if not _exists(page, link)]
    assert broken == []


def _exists(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name) if name else page
    if not target.exists():
        return False
    return not anchor or anchor in {_anchor(line) for line in target.read_text(encoding="utf-8").splitlines()}


def _anchor(line: str) -> str | None:
    if not line.startswith("#"):
        return None
    return re.sub(r"[^\w -]", "", line.lstrip("#").strip().lower()).replace(" ", "-")


# The sections of ASVS 5.0.0, as numbers of chapters and of how many sections each has.
ASVS = {1: 5, 2: 4, 3: 7, 4: 4, 5: 4, 6: 8, 7: 6, 8: 4, 9: 2, 10: 7, 11: 7, 12: 3, 13: 4, 14: 3, 15: 4, 16: 5}


def test_every_row_of_security_names_a_test_that_is_there() -> None:
    rows = [row for row in SECURITY.splitlines() if row.startswith("| V")]
    unnamed = [row[:40] for row in rows if not re.search(r"`test_\w+`", row.split("|")[3])]
    defined = set(re.findall(r"def (test_\w+)\(", "\n".join(path.read_text(encoding="utf-8") for path in _tests())))
    assert len(rows) > 30
    assert unnamed == []
    assert sorted(set(re.findall(r"\btest_\w+(?!\w*\.py)", SECURITY)) - defined - {"test_walls"}) == []


def test_security_speaks_of_every_section_of_the_standard() -> None:
    spoken = set(re.findall(r"\bV(\d+\.\d+)\b", SECURITY))
    for first, last in re.findall(r"V(\d+\.\d+) to V(\d+\.\d+)", SECURITY):
        chapter = first.split(".")[0]
        spoken |= {f"{chapter}.{number}" for number in range(int(first.split(".")[1]), int(last.split(".")[1]) + 1)}
    wanted = {f"{chapter}.{section}" for chapter, last in ASVS.items() for section in range(1, last + 1)}
    assert sorted(wanted - spoken) == []


def _tests() -> list[Path]:
    return [path for path in house.tracked() if path.suffix == ".py" and "tests" in path.parts]


def test_every_name_of_the_glossary_stands_in_the_sources() -> None:
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in _sources())))
    words |= {path.stem for path in _sources()} | {path.parent.name for path in _sources()}
    rows = [
        row.split("|") for row in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines() if row.count("|") == 4
    ]
    missing = [name for row in rows[2:] for name in CODE.findall(row[3]) if name not in words]
    assert missing == []


def _sources() -> list[Path]:
    return [path for path in house.tracked() if path.suffix == ".py" and path.is_relative_to(house.SOURCES)]


@pytest.mark.parametrize("page", SPECIFICATIONS, ids=named)
def test_every_specification_opens_with_an_example_and_says_what_is_refused(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# \S", text), "a title"
    assert "```" in text or re.search(r"^    \S", text, re.MULTILINE), "a literal example"
    assert re.search(r"^#+ .*verifier refuses", text, re.MULTILINE | re.IGNORECASE), "a list 'A verifier refuses'"


def test_every_specification_is_in_their_index() -> None:
    index = DOCS / "spec" / "README.md"
    listed = set(LINK.findall(index.read_text(encoding="utf-8")))
    assert sorted(page.name for page in SPECIFICATIONS if page.name not in listed) == []


def test_every_page_for_readers_is_in_the_index() -> None:
    listed = set(LINK.findall((DOCS / "README.md").read_text(encoding="utf-8")))
    pages = [page.relative_to(DOCS) for page in PAGES if page.is_relative_to(DOCS)]
    unlisted = [str(page) for page in pages if page.parts[0] not in {"README.md", "adr", "spec"}]
    assert sorted(set(unlisted) - listed) == []


def test_every_direct_dependency_has_its_reason() -> None:
    project = tomllib.loads((house.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(name for group in project["optional-dependencies"].values() for name in group),
    ]
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in wanted}
    page = (DOCS / "adr" / "0003-dependencies.md").read_text(encoding="utf-8")
    reasons = set(re.findall(r"^\| (\w[\w-]*) \|", page, re.MULTILINE)) - {"package"}
    assert reasons == names


def test_the_page_of_figures_says_what_was_measured() -> None:
    made = page.files(results.load_results())
    kept = [DOCS / "performance.md", *(DOCS / "performance").glob("*.svg")]
    assert {str(path.relative_to(DOCS)): path.read_text(encoding="utf-8") for path in kept} == made, (
        "make bench ARGS=--page"
    )


@functools.cache
def _commands() -> click.Group:
    group = importlib.import_module("liaison.cli.main").main
    assert isinstance(group, click.Group)
    return group


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=named)
def test_every_command_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = FENCE.findall(text) + CODE.findall(FENCE.sub("", text))
    named_commands = {words.strip() for piece in code for words in COMMAND.findall(piece)}
    assert sorted(command for command in named_commands if not _is_command(command.split())) == []


def _is_command(words: list[str]) -> bool:
    """Follow the words down the tree; what comes after a command is its arguments."""
    command: click.Command = _commands()
    for word in words:
        if not isinstance(command, click.Group):
            return True
        found = command.get_command(click.Context(command), word)
        if found is None:
            return False
        command = found
    return True
