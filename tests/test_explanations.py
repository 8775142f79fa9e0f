"""Does every error say what happened, what was kept and what to do next?

The codes are read from the sources: the first argument of every call of an error class, and of every function that
passes its own argument on to one. A code put together at run time is found when it stands whole in a string somewhere.
"""

from __future__ import annotations

import ast
import functools
import string
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from liaison import explanations
from tests import house

SENTENCES = {"what", "kept", "next"}
NOT_PARAMETERS = {"permanent"}


@dataclass(frozen=True, slots=True)
class Site:
    """One place that raises a code; `params` is None when they are passed on unseen."""

    code: str
    params: frozenset[str] | None
    where: str


def sources() -> list[tuple[str, ast.Module]]:
    return [(house.name_of(path), tree) for path, tree in house.modules(house.SOURCES)]


def called(node: ast.Call) -> str:
    """The bare name of what is called, whatever it hangs on."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@functools.cache
def error_classes() -> set[str]:
    """The names of the tree in `errors.py` and of every class derived from it."""
    names = {"LiaisonError"}
    classes = [node for _, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    while True:
        found = {c.name for c in classes if any(isinstance(base, ast.Name) and base.id in names for base in c.bases)}
        if found <= names:
            return names
        names |= found


def raisers() -> dict[str, int]:
    """Functions that hand their own argument to an error as its code: name → position of that argument."""
    classes, found = error_classes(), {}
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    for node in (node for _, tree in sources() for node in ast.walk(tree) if isinstance(node, functions)):
        names = [argument.arg for argument in node.args.args]
        for call in ast.walk(node):
            match call:
                case ast.Call(args=[ast.Name(id=code), *_]) if called(call) in classes and code in names:
                    found[node.name] = names.index(code) - (names[0] in ("self", "cls"))
    found.pop("__init__", None)
    return found


def literals(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    return [*literals(node.body), *literals(node.orelse)] if isinstance(node, ast.IfExp) else []


@functools.cache
def sites() -> tuple[Site, ...]:
    return tuple(_sites())


def _sites() -> Iterator[Site]:
    passed_on = raisers()
    positions = dict.fromkeys(error_classes(), 0) | passed_on
    for name, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or called(node) not in positions:
                continue
            position = positions[called(node)]
            unseen = called(node) in passed_on or any(keyword.arg is None for keyword in node.keywords)
            params = frozenset(keyword.arg for keyword in node.keywords if keyword.arg) - NOT_PARAMETERS
            for code in literals(node.args[position]) if len(node.args) > position else []:
                yield Site(code, None if unseen else params, f"{name}:{node.lineno}")


def mentioned() -> set[str]:
    """Every string of the sources and of their data."""
    strings = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in house.SOURCES.rglob("*.toml"):
        if path.name != "explanations.toml":
            strings |= set(_strings(tomllib.loads(path.read_text(encoding="utf-8"))))
    return strings


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_every_code_raised_is_explained() -> None:
    tables = explanations.catalogue()
    assert {site.code: site.where for site in sites() if site.code not in tables} == {}


def test_every_explanation_has_its_three_sentences() -> None:
    lacking = {code for code, table in explanations.catalogue().items() if set(table) != SENTENCES}
    assert lacking == set()


def test_every_explanation_belongs_to_a_code() -> None:
    assert sorted(set(explanations.catalogue()) - mentioned()) == []


def test_no_code_is_explained_in_two_rooms() -> None:
    codes = [
        code
        for page in sorted(house.SOURCES.rglob("explanations.toml"))
        for code in tomllib.loads(page.read_text(encoding="utf-8"))
    ]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []


def test_every_placeholder_is_a_parameter_of_the_error() -> None:
    tables, wrong = explanations.catalogue(), []
    for site in sites():
        if site.params is None or site.code not in tables:
            continue
        wanted = set().union(*(placeholders(sentence) for sentence in tables[site.code].values()))
        if not wanted <= site.params:
            wrong.append(f"{site.where}: {site.code} lacks {sorted(wanted - site.params)}")
    assert wrong == []


def test_every_instant_that_fills_a_sentence_is_marked_as_one_so_that_a_screen_shows_it_by_its_readers_clock() -> None:
    """A value that is put together elsewhere is seen by the type checker alone: this reads what is written in place."""
    told, filled = {*error_classes(), "Finding"}, []
    for name, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in told:
                values = [keyword.value for keyword in node.keywords]
                values += [value for each in node.args if isinstance(each, ast.Dict) for value in each.values]
                filled += [(f"{name}:{value.lineno}", value) for value in values if isinstance(value, ast.Call)]
    assert [where for where, value in filled if called(value) in ("format_instant", "isoformat", "strftime")] == []
    assert [where for where, value in filled if called(value) == "At"] != [], "the rule reads something"
