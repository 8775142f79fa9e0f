"""Does the project keep its own measures? Sizes, names and what must not enter it.

Each limit is a reading limit: a file fits a sitting, a function fits a screen, a folder fits a glance.
"""

from __future__ import annotations

import ast
import collections
import re

from tests import house, order

FILE_LINES = 400
FUNCTION_LINES = 50
POSITIONAL_ARGUMENTS = 5
FOLDER_MODULES = 14
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}

# Patterns are written escaped, so that this file does not find itself.
MUST_NOT_ENTER = {
    "a number of an issue": re.compile(r"(?i)\bissues?[ ]#?\d+\b|\(#\d+\)"),
    "a path of somebody's machine": re.compile(r"(?<![\w.])/(?:work|root|home)/|\.\./shared[/]"),
    "the host of a package registry": re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|proxy\.golang"),
    "an unfinished note": re.compile(r"\b(?:TODO|FIXME)[ :(]"),
    "a patched test": re.compile(r"\bmock\.patch\b|import[ ]mock\b"),
}


def test_every_file_fits_a_sitting() -> None:
    long = {
        house.name_of(path): lines
        for path, text in house.texts()
        if path.suffix in {".py", ".md", ".css", ".html", ".js", ".go", ".toml", ""}
        and (lines := text.count("\n")) > FILE_LINES
    }
    assert long == {}


def test_every_function_fits_a_screen() -> None:
    long = {
        name: lines
        for name, node in house.functions()
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_no_function_takes_more_than_five_arguments_by_position() -> None:
    crowded = {}
    for name, node in house.functions():
        positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
        count = len(positional) - (positional[:1] in (["self"], ["cls"]))
        if count > POSITIONAL_ARGUMENTS:
            crowded[name] = count
    assert crowded == {}


def test_every_folder_of_the_sources_fits_a_glance() -> None:
    folders = collections.Counter(
        house.name_of(path.parent)
        for path, _ in house.modules()
        if path.is_relative_to(house.SOURCES) and path.stem != "__init__"
    )
    assert {folder: count for folder, count in folders.items() if count > FOLDER_MODULES} == {}


def test_every_module_says_what_it_answers() -> None:
    silent = [house.name_of(path) for path, tree in house.modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_every_module_of_the_sources_opens_with_the_question_it_answers() -> None:
    telling = [
        house.name_of(path)
        for path, tree in house.modules()
        if path.is_relative_to(house.SOURCES) and "?" not in (ast.get_docstring(tree) or "?").split("\n\n")[0]
    ]
    assert telling == []


def test_every_public_function_of_the_sources_says_what_it_does() -> None:
    silent = []
    for path, tree in house.modules():
        if path.is_relative_to(house.SOURCES):
            public = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
            silent += [
                f"{house.name_of(path)}:{node.name}"
                for node in public
                if not node.name.startswith("_") and not ast.get_docstring(node)
            ]
    assert silent == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    named = [
        house.name_of(path)
        for path in house.tracked()
        if SAYS_NOTHING & {part.lower() for part in (*path.relative_to(house.ROOT).parts[:-1], path.stem)}
    ]
    assert named == []


def test_nothing_enters_that_points_outside_or_is_unfinished() -> None:
    found = [
        f"{house.name_of(path)}:{number}: {what}"
        for path, text in house.texts()
        for what, pattern in MUST_NOT_ENTER.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_the_locks_name_no_address() -> None:
    locks = [path for path in house.tracked() if path.parent.name == "requirements" or path.name == "package-lock.json"]
    assert locks
    naming = [house.name_of(path) for path in locks if "://" in path.read_text(encoding="utf-8")]
    assert naming == []


def test_every_locked_part_has_a_hash() -> None:
    for path in house.ROOT.glob("requirements/*.txt"):
        pins = re.split(r"\n(?=\S)", path.read_text(encoding="utf-8").strip())
        bare = [pin.splitlines()[0] for pin in pins if "==" in pin.splitlines()[0] and "--hash=sha256:" not in pin]
        assert bare == [], path.name


def test_every_module_that_comes_first_is_there() -> None:
    assert [name for name in order.LONG if not (house.ROOT / name).is_file()] == []
