"""What does the project consist of? Its tracked files and their syntax trees, for the tests of the house rules."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "src" / "liaison"

# Written by programs or kept as others published it: no rule about hand-written text applies.
EXEMPT = ("/migrations/", "/locale/", "tests/vectors/", "requirements/", "/data/", "package-lock.json", "LICENSE",
          "docs/performance")  # fmt: skip


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, part of the project."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    paths = (ROOT / name for name in listed.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def name_of(path: Path) -> str:
    """The path as people name it: from the root of the project."""
    return path.relative_to(ROOT).as_posix()


def exempt(path: Path) -> bool:
    """Whether the file is outside the rules about hand-written text."""
    return any(part in "/" + name_of(path) for part in EXEMPT)


def texts() -> Iterator[tuple[Path, str]]:
    """Every hand-written text file with its content."""
    for path in tracked():
        if exempt(path):
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@functools.cache
def modules(within: Path = ROOT) -> tuple[tuple[Path, ast.Module], ...]:
    """Every hand-written Python file of a folder with its tree."""
    files = (path for path in tracked() if path.suffix == ".py" and path.is_relative_to(within) and not exempt(path))
    return tuple((path, _tree(path)) for path in files)


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function, under the name `path:function`."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name_of(path)}:{node.name}", node
