"""Is everything there that a test, a benchmark or a tool takes from one of our own modules?

A name that was renamed elsewhere is found within seconds, not when the last test of the whole run is collected. Two
ways of taking are read off the syntax trees:

    from tests.web.visiting import plain      the module binds `plain`, or a module of that name lies in its folder
    from tests import house; house.texts()    `house` binds `texts`
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import house

ROOTS = {"tests": house.ROOT, "benchmarks": house.ROOT, "tools": house.ROOT, "liaison": house.ROOT / "src"}
# Given to every module by the interpreter.
GIVEN = {"__file__", "__name__", "__doc__", "__path__"}


def file_of(dotted: str) -> Path | None:
    """The file of one of our modules; a folder's is its `__init__.py`, whether that was written or not."""
    root, *_ = dotted.split(".")
    if root not in ROOTS:
        return None
    place = ROOTS[root].joinpath(*dotted.split("."))
    if (written := place.with_suffix(".py")).is_file():
        return written
    return place / "__init__.py" if place.is_dir() else None


@functools.cache
def bound(file: Path) -> frozenset[str]:
    """Every name a module binds anywhere outside functions and classes, and the modules of its folder."""
    names = {each.stem for each in file.parent.glob("*")} if file.name == "__init__.py" else set()
    todo: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))] if file.is_file() else []
    while todo:
        match node := todo.pop():
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
                continue
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.alias():
                names.add(node.asname or node.name.partition(".")[0])
        todo.extend(ast.iter_child_nodes(node))
    return frozenset(names | GIVEN)


def missing(tree: ast.Module) -> Iterator[str]:
    """What a module takes of another of ours that is not there."""
    nodes = list(ast.walk(tree))
    files: dict[str, Path] = {}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in ROOTS:
            source = file_of(node.module)
            for alias in node.names:
                if source is None or alias.name not in bound(source) | {"*"}:
                    yield f"{node.module}.{alias.name}"
                elif (module := file_of(f"{node.module}.{alias.name}")) is not None:
                    files[alias.asname or alias.name] = module
    for name in rebound(nodes):
        files.pop(name, None)
    for node in nodes:
        match node:
            case ast.Attribute(value=ast.Name(id=name)) if name in files and node.attr not in bound(files[name]):
                yield f"{name}.{node.attr}"


def rebound(nodes: list[ast.AST]) -> Iterator[str]:
    """Names that stand for something else somewhere in the module: what is asked of them there is not read."""
    for node in nodes:
        match node:
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id


def test_whatever_is_taken_of_our_own_modules_is_there() -> None:
    found = {house.name_of(path): absent for path, tree in house.modules() if (absent := sorted(set(missing(tree))))}
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "from tests.house import nothing_of_the_kind",
        "from tests.nowhere import texts",
        "from tests import house\nhouse.nothing_of_the_kind()",
        "from liaison.wire import nothing_of_the_kind",
    ],
)
def test_what_is_not_there_is_found(source: str) -> None:
    assert list(missing(ast.parse(source)))
