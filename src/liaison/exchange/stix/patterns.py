"""Which observables does a STIX pattern name, if it names any exactly?

    [ipv4-addr:value = '192.0.2.10']                                              one address
    [network-traffic:src_ref.value = '192.0.2.10' AND network-traffic:src_port = 51044]      an address with its port
    [file:hashes.MD5 = '…' OR file:hashes.'SHA-256' = '…']                        two hashes

Invariants (docs/spec/exchange.md): only equality is understood; what AND joins is understood where it narrows one
observable
down (ports, a protocol, hashes of one file), because to list its parts alone would say more than the pattern does;
anything else leaves the whole pattern not understood.
"""

from __future__ import annotations

import re
from typing import Any

from liaison.exchange.observing import kind_of, observe, port, protocol
from liaison.exchange.stix.vocabulary import ADDRESSES, HASHES, VALUES
from liaison.messages.forms.observables import Observable

LONGEST = 20_000
MOST = 500
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*+')|(?P<number>[0-9]{1,20})|(?P<word>[A-Za-z][A-Za-z0-9_-]*(?::[^\s=!<>()\[\]]+)?)"
    r"|(?P<sign>[\[\]()=,]))"
)
_LABEL = re.compile(r"\\(.)", re.DOTALL)
Comparison = tuple[str, object]


def observables_in(pattern: object) -> tuple[Observable, ...]:
    """The observables, none where the pattern says more or other than that."""
    if not isinstance(pattern, str) or len(pattern) > LONGEST:
        return ()
    alternatives = _alternatives(pattern)
    found = [_observed(each) for each in alternatives]
    if not found or not all(found) or len(found) > MOST:
        return ()
    return tuple(what for each in found for what in each)


def quoted(text: str) -> str:
    """The text as a literal of a pattern."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _alternatives(pattern: str) -> list[list[Comparison]]:
    """What OR parts; empty for anything but comparisons for equality joined by AND and OR."""
    tokens = _tokens(pattern)
    groups: list[list[Comparison]] = [[]]
    place, depth, awaited = 0, 0, True
    while place < len(tokens):
        kind, token = tokens[place]
        if (kind, token) == ("sign", "[") and depth == 0 and awaited:
            depth, place = 1, place + 1
        elif (kind, token) == ("sign", "]") and depth == 1 and not awaited:
            depth, place = 0, place + 1
        elif (kind, token) == ("word", "OR") and not awaited:
            groups.append([])
            place, awaited = place + 1, True
        elif (kind, token) == ("word", "AND") and depth == 1 and not awaited:
            place, awaited = place + 1, True
        elif kind == "word" and ":" in token and depth == 1 and awaited:
            awaited = False
            values, place = _values(tokens, place + 1)
            if not values or (len(values) > 1 and groups[-1]):
                return []
            groups[-1].append((token, values[0]))
            groups += [[(token, value)] for value in values[1:]]
        else:
            return []
    return groups if depth == 0 and not awaited else []


def _values(tokens: list[tuple[str, str]], place: int) -> tuple[list[object], int]:
    """What follows a path: `= literal`, or `IN (literal, …)`."""
    if tokens[place : place + 1] == [("sign", "=")] and place + 1 < len(tokens):
        return _literals(tokens[place + 1 : place + 2]), place + 2
    if tokens[place : place + 2] == [("word", "IN"), ("sign", "(")]:
        end = next((at for at in range(place, len(tokens)) if tokens[at] == ("sign", ")")), place)
        return _literals(tokens[place + 2 : end : 2]), end + 1
    return [], place


def _literals(tokens: list[tuple[str, str]]) -> list[object]:
    if any(kind not in ("text", "number") for kind, _ in tokens):
        return []
    return [_LABEL.sub(r"\1", token[1:-1]) if kind == "text" else int(token) for kind, token in tokens]


def _tokens(pattern: str) -> list[tuple[str, str]]:
    found, place, end = [], 0, len(pattern.rstrip())
    while place < end:
        match = _TOKEN.match(pattern, place)
        if match is None or match.lastgroup is None:
            return [("other", "")]
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


def _observed(comparisons: list[Comparison]) -> list[Observable]:
    """The observables that comparisons joined by AND name; empty where they are not about one thing."""
    kinds = {path.partition(":")[0] for path, _ in comparisons}
    if kinds == {"network-traffic"}:
        return _traffic(comparisons)
    if kinds == {"file"}:
        found = [_hash(path, value) for path, value in comparisons]
        return [what for what in found if what is not None] if all(found) else []
    if len(comparisons) != 1:
        return []
    path, value = comparisons[0]
    object_type, _, member = path.partition(":")
    what = None
    if object_type in VALUES and member == "value":
        what = value_of(object_type, value)
    elif (object_type, member) == ("autonomous-system", "number"):
        what = observe("asn", str(value))
    elif (object_type, member) == ("vulnerability", "name"):
        what = observe("vulnerability", value)
    return [what] if what is not None else []


def value_of(object_type: str, value: object, **given: Any) -> Observable | None:
    """The observable of an object that has nothing but a value; an address with a prefix length is a prefix."""
    kind = VALUES[object_type]
    if object_type in ADDRESSES and isinstance(value, str) and "/" in value:
        address, _, length = value.partition("/")
        whole = length == ("32" if kind == "ipv4" else "128")
        return observe(kind, address, **given) if whole else observe("prefix", value, **given)
    return observe(kind, value, **given)


def _hash(path: str, value: object) -> Observable | None:
    name = path.removeprefix("file:hashes").lstrip(".:").strip("'\"").upper()
    return observe(HASHES[name], value, role="artefact") if name in HASHES else None


def _traffic(comparisons: list[Comparison]) -> list[Observable]:
    given = {path.partition(":")[2]: value for path, value in comparisons}
    roles = [(side, role) for side, role in (("src", "source"), ("dst", "destination")) if f"{side}_ref.value" in given]
    known = {"src_ref.value", "dst_ref.value", "src_port", "dst_port", "protocols[*]"}
    if len(roles) != 1 or len(given) != len(comparisons) or not given.keys() <= known:
        return []
    side, role = roles[0]
    value = given[f"{side}_ref.value"]
    kind = kind_of(value) if isinstance(value, str) else None
    what = observe(
        kind or "",
        value,
        role=role,
        source_port=port(given.get("src_port")),
        destination_port=port(given.get("dst_port")),
        protocol=protocol(given.get("protocols[*]")),
    )
    return [what] if what is not None else []
