"""What does a program ask of the collection: filters, a page, a place to go on from (TAXII 2.1 §3.4, §3.5)?

    ?added_after=2026-11-22T03:02:00.000000Z&limit=100&next=1795311720000000-17-0-2-40&match[type]=ipv4-addr,url

Invariants: what is not as the standard has it is refused, never passed over, so that a filter that was misspelt is not
taken for none; the word in `next` names a place and nothing secret.
"""

from __future__ import annotations

import re
from dataclasses import astuple
from datetime import UTC, datetime

from django.http import HttpRequest

from liaison.errors import UsageError
from liaison.node.reads.exchange.collection import Place, Wanted

AT_ONCE, MOST_AT_ONCE = 500, 1000
MOST_MATCHES = 100
SPEC = "2.1"
PAGING = frozenset({"added_after", "limit", "next"})
MATCHES = frozenset({"match[id]", "match[type]", "match[version]", "match[spec_version]"})
EVERY_VERSION = frozenset({"all", "last", "first"})
"""Each object has one version here, so these three mean the same."""
_PLACE = re.compile(r"([0-9]{1,17})-([0-9]{1,15})-([0-9]{1,3})-([0-9]{1,6})-([0-9]{1,6})")
_LIMIT = re.compile(r"[1-9][0-9]{0,8}")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,12}))?Z")
_ID = re.compile(r"[a-z][a-z0-9-]{1,250}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TYPE = re.compile(r"[a-z][a-z0-9-]{1,250}")


def read_wanted(request: HttpRequest, *, only: str = "") -> Wanted | None:
    """What the query asks for, of one object where `only` names it; None where nothing can fit. Raises UsageError."""
    asked = {name: request.GET.getlist(name) for name in request.GET}
    allowed = PAGING | (MATCHES - {"match[id]", "match[type]"} if only else MATCHES)
    for name, values in asked.items():
        if name not in allowed or len(values) > 1:
            raise UsageError("taxii-parameter", name=name[:40])
    told = {name: values[0] for name, values in asked.items()}
    ids = _words(told, "match[id]", _ID) or (frozenset({_one(only, _ID, "id")}) if only else frozenset())
    specs = _words(told, "match[spec_version]", re.compile(r"[0-9.]{1,8}"))
    if specs and SPEC not in specs:
        return None
    return Wanted(
        limit=min(int(_one(told.get("limit", str(AT_ONCE)), _LIMIT, "limit")), MOST_AT_ONCE),
        behind=read_place(told["next"]) if "next" in told else None,
        added_after=read_time(told["added_after"], "added_after") if "added_after" in told else None,
        ids=ids,
        types=_words(told, "match[type]", _TYPE),
        versions=_versions(told.get("match[version]", "last")),
    )


def write_place(place: Place) -> str:
    """The word for `next`."""
    return "-".join(map(str, astuple(place)))


def read_place(text: str) -> Place:
    """The place that a word of ours names. Raises UsageError."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise UsageError("taxii-parameter", name="next")
    return Place(*map(int, found.groups()))


def write_time(at: datetime) -> str:
    """An instant as TAXII has it (§1.6.6), to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read_time(text: str, name: str) -> datetime:
    """The instant of a text. Raises UsageError that names the parameter."""
    found = _INSTANT.fullmatch(text)
    try:
        if found is not None:
            return datetime.fromisoformat(f"{found[1]}.{(found[2] or '')[:6].ljust(6, '0')}+00:00")
    except ValueError:
        pass
    raise UsageError("taxii-parameter", name=name)


def _versions(text: str) -> frozenset[datetime]:
    words = text.split(",")
    if len(words) > MOST_MATCHES:
        raise UsageError("taxii-parameter", name="match[version]")
    if EVERY_VERSION & set(words):
        return frozenset()
    return frozenset(read_time(each, "match[version]") for each in words)


def _words(told: dict[str, str], name: str, shape: re.Pattern[str]) -> frozenset[str]:
    words = told[name].split(",") if name in told else []
    if len(words) > MOST_MATCHES:
        raise UsageError("taxii-parameter", name=name)
    return frozenset(_one(each, shape, name) for each in words)


def _one(text: str, shape: re.Pattern[str], name: str) -> str:
    if not shape.fullmatch(text):
        raise UsageError("taxii-parameter", name=name)
    return text
