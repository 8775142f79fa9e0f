"""What does an event of MISP say?

    {"Event": {"info": "…", "Tag": [{"name": "tlp:green"}], "Attribute": [{"type": "ip-src", "value": "192.0.2.10"}]}}

Invariants (docs/spec/exchange.md): attributes of the event come first, then those of its objects, whose ports and
protocol belong to
the addresses of the same object; what is deleted is passed over; files inside (`data`) are never unpacked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liaison.errors import MalformedError
from liaison.exchange.marking import strictest, tlp_of
from liaison.exchange.members import objects, text
from liaison.exchange.misp.vocabulary import COMMENT, CONTEXT, DESCRIPTION, EXERCISE, PARTS, ROW_COMMENT, TERMS
from liaison.exchange.naming import plain_title
from liaison.exchange.observing import Found, kind_of, moment, observe, port, protocol
from liaison.exchange.strict_json import decode_json
from liaison.exchange.values import Document, Format
from liaison.messages.message import Tlp

_OF_OBJECT = {"src-port": "source_port", "dst-port": "destination_port"}


def decode_misp(data: bytes) -> Document:
    """What the event, or the events of one answer, say. Raises MalformedError."""
    events = _events(decode_json(data))
    found = Found()
    labels = [_event(event, f"{place}Event/", found) for place, event in events]
    first = events[0][1]
    tags = {tag for _, event in events for tag in _tags(event)}
    exercise = EXERCISE in tags
    return Document(
        format=Format.MISP,
        version="2",
        title=plain_title(text(first.get("info")), exercise=exercise),
        description=_words(first, DESCRIPTION),
        tlp=strictest(labels),
        terms=_words(first, TERMS),
        exercise=exercise,
        indicators=tuple(found.indicators),
        unclear=tuple(found.unclear),
    )


def _events(value: Any) -> list[tuple[str, dict[str, Any]]]:
    answers = value.get("response", [value]) if isinstance(value, dict) else []
    answers = answers if isinstance(answers, list) else [answers]
    several = len(answers) > 1
    found = [
        (f"response[{number}]/" if several else "", each["Event"])
        for number, each in enumerate(answers)
        if isinstance(each, dict) and isinstance(each.get("Event"), dict)
    ]
    if not found or len(found) != len(answers):
        raise MalformedError("document-of-another-format", format=Format.MISP.value)
    return found


def _event(event: dict[str, Any], path: str, found: Found) -> Tlp | None:
    labels = [_label(event)]
    for number, each in enumerate(objects(event.get("Attribute"))):
        labels.append(_attribute(each, labels[0], f"{path}Attribute[{number}]", found, beside={}))
    for place, item in enumerate(objects(event.get("Object"))):
        attributes = objects(item.get("Attribute"))
        beside = _beside(attributes)
        for number, each in enumerate(attributes):
            where = f"{path}Object[{place}]/Attribute[{number}]"
            labels.append(_attribute(each, labels[0], where, found, beside=beside))
    return strictest(labels)


def _beside(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """Ports, protocol and times that an object tells of its addresses."""
    told: dict[str, Any] = {}
    for each in attributes:
        relation, value = text(each.get("object_relation")), each.get("value")
        if relation in _OF_OBJECT:
            told[_OF_OBJECT[relation]] = port(value)
        elif relation in ("layer4-protocol", "protocol"):
            told["protocol"] = protocol(value)
        elif relation in ("first-packet-seen", "first-seen"):
            told["first"] = moment(value)
        elif relation in ("last-packet-seen", "last-seen"):
            told["last"] = moment(value)
    return told


def _attribute(
    told: dict[str, Any], of_event: Tlp | None, path: str, found: Found, *, beside: Mapping[str, Any]
) -> Tlp | None:
    kind = text(told.get("type"))
    label = _label(told) or of_event
    if told.get("deleted") is True or kind in CONTEXT:
        return label
    if kind not in PARTS:
        found.miss(path, "attribute-type")
        return label
    parts = PARTS[kind]
    # A single value may hold the sign that parts are joined by, as the path of a URL; so may the first of several.
    values = text(told.get("value")).rsplit("|", len(parts) - 1)
    if kind == "ip-src|port" and len(values) == 1:
        values = text(told.get("value")).rsplit(":", 1)
    if len(values) != len(parts):
        found.miss(path, "value")
        return label
    pairs = list(zip(parts, values, strict=True))
    given = _given(told, kind, beside) | {part: port(value) for part, value in pairs if part and part.endswith("port")}
    wanted = [(part, value) for part, value in pairs if part and not part.endswith("port")]
    comment = text(told.get("comment"))
    for part, value in wanted:
        name = part if part != "address" else _address_kind(value)
        what = observe(name, value, **(given if part in ("address", "domain") else _times(given)))
        if comment.startswith(COMMENT) and len(wanted) == 1:
            found.told(what, _exact(comment), label, path)
        else:
            found.add(what, label, path)
    return label


def _given(told: dict[str, Any], kind: str, beside: Mapping[str, Any]) -> dict[str, Any]:
    """Role, ports and times; `ip-dst` is as often a server of the attacker as a victim, so no role is read into it."""
    given = dict(beside)
    given |= {"role": "source"} if kind.startswith("ip-src") else {}
    for ours, theirs in (("first", "first_seen"), ("last", "last_seen")):
        given[ours] = moment(told.get(theirs)) or given.get(ours)
    return given


def _times(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name in ("first", "last")}


def _exact(comment: str) -> object:
    try:
        return decode_json(comment[len(COMMENT) :].partition(ROW_COMMENT)[0].encode())
    except MalformedError:
        return False


def _address_kind(value: str) -> str:
    kind = kind_of(value)
    return kind if kind in ("ipv4", "ipv6", "prefix") else "ipv4"


def _label(told: dict[str, Any]) -> Tlp | None:
    return strictest(tlp_of(tag) for tag in _tags(told) if tag.startswith("tlp:"))


def _tags(told: dict[str, Any]) -> list[str]:
    return [text(tag.get("name")).lower() for tag in objects(told.get("Tag"))]


def _words(event: dict[str, Any], name: str) -> str:
    """The text of a comment that says it is this one."""
    comments = (each for each in objects(event.get("Attribute")) if each.get("type") == "comment")
    return next((text(each.get("value")) for each in comments if each.get("comment") == name), "")
