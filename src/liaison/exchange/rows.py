"""How do the indicators of a document become rows of a feed that routing reads?

    {"resource":"192.0.2.10","kind":"ipv4","role":"source","source_port":51044,…,"first_seen":"2026-11-22T02:10:05Z",
     "tlp":"amber","path":"objects[6]"}

Invariants (docs/spec/feeds.md): one row an indicator, with all it came with; what is no network resource (a hash, a
mailbox) has
a null resource, so that it stands among the rejects instead of being dropped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from liaison.exchange.observing import exact
from liaison.exchange.values import Document

COLUMN = "resource"
ROUTABLE = frozenset({"ipv4", "ipv6", "prefix", "asn", "domain", "url"})


def feed_rows(document: Document) -> Iterator[bytes]:
    """The rows as JSON lines, in the order of the document."""
    for each in document.indicators:
        told = exact(each.what)
        value = told.pop("value")
        known = {name: inner for name, inner in told.items() if inner is not None}
        resource = value if each.what.kind in ROUTABLE else None
        row = {COLUMN: resource, **known, "tlp": each.tlp or document.tlp, "path": each.path}
        row |= {} if resource is not None else {"value": value}
        yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
