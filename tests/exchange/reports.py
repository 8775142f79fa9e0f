"""Which cases does a test export? Any that the forms allow, by Hypothesis, and one written by hand."""

from __future__ import annotations

import ipaddress
import unicodedata
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from liaison.exchange.values import Publisher, Report
from liaison.messages.forms.observables import Observable, read_observables
from liaison.wire.identifiers import format_instant

FIRST, LAST = "2026-11-22T02:10:05Z", "2026-11-22T02:58:40Z"
LABELS = ("red", "amber-strict", "amber", "green", "clear")


def observable(kind: str, value: str, **given: Any) -> Observable:
    """One observable; what is not given is not known."""
    told = dict.fromkeys(Observable.__struct_fields__) | {"kind": kind, "value": value} | given
    return read_observables([told])[0]


SCAN = observable(
    "ipv4", "192.0.2.10", role="source", source_port=51044, destination_port=22, protocol="tcp", count=412,
    first_seen=FIRST, last_seen=LAST, offset="+03:00",
)  # fmt: skip


def report(*observables: Observable, **given: Any) -> Report:
    """A case as it is handed on."""
    told: dict[str, Any] = {
        "key": "0192f0b7-7a00-7000-8000-000000000001",
        "title": "Scanning of port 22",
        "tlp": "amber",
        "composed": FIRST,
        "changed": LAST,
        "publisher": Publisher("State XC / duty", "duty@xc.example"),
        "observables": observables,
    }
    return Report(**(told | given))


_instants = st.integers(10**7, 4 * 10**9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_label = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_domain = st.tuples(_label, _label).map(lambda both: f"{both[0]}.{both[1]}.example")
_hex = {"md5": 32, "sha1": 40, "sha256": 64}
_address = st.one_of(st.ip_addresses(v=4).map(lambda ip: ("ipv4", str(ip))), st.ip_addresses(v=6).map(
    lambda ip: ("ipv6", str(ip))))  # fmt: skip
_prefix = st.tuples(st.ip_addresses(v=4), st.integers(8, 31)).map(
    lambda both: ("prefix", str(ipaddress.ip_network(both, strict=False)))
)
_path = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text)
)
_named = st.one_of(
    _domain.map(lambda name: ("domain", name)),
    st.integers(0, 2**32 - 1).map(lambda number: ("asn", f"AS{number}")),
    st.tuples(_domain, _path).map(lambda both: ("url", f"https://{both[0]}/{both[1]}")),
    st.tuples(_label, _domain).map(lambda both: ("email", f"{both[0]}@{both[1]}")),
    *(
        st.text("0123456789abcdef", min_size=size, max_size=size).map(lambda text, kind=kind: (kind, text))
        for kind, size in _hex.items()
    ),
    st.integers(1, 99_999).map(lambda number: ("vulnerability", f"CVE-2026-{number:05}")),
)


@st.composite
def observables(draw: st.DrawFn) -> Observable:
    """Any observable that a form takes, `other` aside."""
    kind, value = draw(st.one_of(_address, _prefix, _named))
    first, last = sorted((draw(_instants), draw(_instants)))
    known = draw(st.sampled_from(["both", "first", "last", "none"]))
    shown = [format_instant(at) for at in (first, last)]
    ports = kind in ("ipv4", "ipv6", "domain")
    port = st.none() | st.integers(0, 65535)
    return observable(
        kind,
        value,
        role=draw(st.sampled_from([None, "source", "destination", "infrastructure", "artefact"])),
        source_port=draw(port) if ports else None,
        destination_port=draw(port) if ports else None,
        protocol=draw(st.sampled_from([None, "tcp", "udp", "icmp", "other"])) if ports else None,
        count=draw(st.none() | st.integers(1, 2**53 - 1)),
        first_seen=shown[0] if known in ("both", "first") else None,
        last_seen=shown[1] if known in ("both", "last") else None,
        offset=draw(st.none() | st.sampled_from(["+03:00", "-11:30", "+00:00", "+14:00"])),
    )


_text = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\u202a\u202b\u202c"
                  "\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"),
    min_size=1, max_size=60,
).filter(str.strip)  # fmt: skip
reports = st.builds(
    lambda seen, label, words, exercise: report(
        *seen, tlp=label, title=words[0], description=words[1], terms=words[2], exercise=exercise
    ),
    st.lists(observables(), max_size=4, unique=True),
    st.sampled_from(LABELS),
    st.tuples(_text, st.just("") | _text, st.just("") | _text),
    st.booleans(),
)
