"""What did the operator decide about routing, before any register and any allocation data is asked?

    [[override]]                          # overrides.toml in the node's home; of two for one resource the later is used
    resource = "192.0.2.0/24"             # address, prefix, AS64500, domain (with all under it), or a code: "FR"
    desk = "XD/duty"                      # as in `message send --to`, or "nobody"
    note = "agreed by telephone"          # shown as the source of the answer
    date = "2026-11-01"

Invariants: unknown keys and desks that are not there are refused rather than passed over, because a misspelt rule would
silently send rows elsewhere (docs/using/routing.md).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import msgspec

from liaison.errors import LiaisonError, UsageError
from liaison.routing.addresses import Resource, parse_resource
from liaison.routing.claims import Desk, Override
from liaison.wire.typed import convert

FILE_NAME = "overrides.toml"
NOBODY = "nobody"
_CODE = re.compile(r"[A-Z]{2}")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule as it was written."""

    resource: str
    desk: str
    note: str = "the operator's override"
    date: str | None = None


class _Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    override: tuple[Rule, ...] = ()


def read_rules(home: Path) -> tuple[Rule, ...]:
    """The rules in a home, in order; none without the file. Raises `UsageError`."""
    path = home / FILE_NAME
    try:
        return convert(tomllib.loads(path.read_text(encoding="utf-8")), _Page).override
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError("overrides-not-understood", path=str(path), reason=str(error)) from error


def resolve_rules(rules: tuple[Rule, ...], find_desk: Callable[[str], Desk | None]) -> list[Override]:
    """The rules as routing follows them. Raises `UsageError` naming the first that leads nowhere."""
    return [_resolve(number, rule, find_desk) for number, rule in enumerate(rules, start=1)]


def _resolve(number: int, rule: Rule, find_desk: Callable[[str], Desk | None]) -> Override:
    try:
        resource: Resource | str = rule.resource if _CODE.fullmatch(rule.resource) else parse_resource(rule.resource)
    except LiaisonError as error:
        raise UsageError("override-resource-unfit", number=number, resource=rule.resource[:80]) from error
    desk = None if rule.desk == NOBODY else find_desk(rule.desk)
    if desk is None and rule.desk != NOBODY:
        raise UsageError("override-desk-unknown", number=number, desk=rule.desk[:80])
    return Override(resource, desk, rule.note, rule.date)
