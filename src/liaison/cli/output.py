"""What does a command print? One line a fact for people, or one JSON value with `--json`; explanations go to stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from liaison.errors import LiaisonError, MalformedError, NotNowError, UnreachableError, UsageError, VerificationError
from liaison.explanations import AS_IT_IS, Telling, explain

F = TypeVar("F", bound=Callable[..., Any])

GOOD, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3
_EXITS: tuple[tuple[type[LiaisonError], int], ...] = (
    (UsageError, USAGE),
    (UnreachableError, UNREACHABLE),
    (NotNowError, UNREACHABLE),
    (VerificationError, REFUSED),
    (MalformedError, REFUSED),
)


def json_option(command: F) -> F:
    """Adds `--json`, passed on as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of text.")(command)


def show(value: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print `value` as JSON, or the lines."""
    if as_json:
        click.echo(json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2))
        return
    for line in lines:
        click.echo(line)


def note(text: str) -> None:
    """Say something on stderr, where it disturbs no pipe."""
    click.echo(text, err=True)


def on_a_terminal() -> Telling:
    """Instants in this machine's zone, and texts without what could steer the terminal."""
    from liaison.cli.message.screen import local_words, plain

    return Telling(moment=local_words, text=plain)


def report_error(error: LiaisonError, *, as_json: bool) -> int:
    """Explain `error` on stderr and return the exit code it stands for."""
    words = explain(error, telling=AS_IT_IS if as_json else on_a_terminal())
    if as_json:
        told = {"error": words.code, "what": words.what, "kept": words.kept, "next": words.next}
        click.echo(json.dumps(told, ensure_ascii=False, sort_keys=True), err=True)
    else:
        click.echo(f"{words.what}\n  Kept: {words.kept}\n  Next: {words.next}\n  ({words.code})", err=True)
    return next((code for kind, code in _EXITS if isinstance(error, kind)), REFUSED)


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as lines with aligned columns."""
    found = [tuple(row) for row in rows]
    widths = [max(len(row[column]) for row in found) for column in range(len(found[0]))] if found else []
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in found]
