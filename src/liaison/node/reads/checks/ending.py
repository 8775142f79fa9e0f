"""Which keys of a desk must be renewed soon, or should have been renewed?

    keys_ending(node, place, certificates)       those within 60 days, the most urgent first

Invariants (docs/spec/checks.md): warned at 60, 30 and 7 days; the TLS key of the peer door has no date that anybody
reads, so it never ends; certificates of the machine are looked up by the wiring and handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from liaison.duty.checks.results import KEY_OLD
from liaison.duty.freshness import warning
from liaison.errors import MalformedError
from liaison.keys.openpgp.certificates import read_certificate
from liaison.keys.public import Purpose
from liaison.node.models import HeldKey, MailKey
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import Place
from liaison.node.unit_of_work import reading

PAGES, MAIL, SEALING = "pages-certificate", "openpgp-key", "sealing-key"


@dataclass(frozen=True, slots=True)
class Ending:
    """One key: what it is for, when it ends, and which warning holds (60, 30, 7, or 0 when it is over)."""

    what: str
    name: str
    ends: datetime
    warned: int


def keys_ending(node: Node, place: Place, certificates: Sequence[tuple[str, datetime]]) -> list[Ending]:
    """What ends within 60 days, the first first; `certificates` are those of the pages, by name."""
    now, found = node.clock.now(), [(PAGES, name, ends) for name, ends in certificates]
    with reading(node):
        found += [(MAIL, name, ends) for name, ends in _mail_key(place)]
        found += [(SEALING, name, ends) for name, ends in _sealing_key(place)]
    endings = []
    for what, name, ends in found:
        warned = warning(ends, now)
        # A sealing key is renewed by itself; it is told only when nobody renewed it.
        if warned is not None and (what != SEALING or warned == 0):
            endings.append(Ending(what, name, ends, warned))
    return sorted(endings, key=lambda each: (each.ends, each.what))


def _mail_key(place: Place) -> Iterator[tuple[str, datetime]]:
    row = MailKey.objects.filter(**place.columns).order_by("-made_at", "-pk").first()
    if row is None:
        return
    try:
        ends = read_certificate(bytes(row.certificate)).expires
    except MalformedError:  # It cannot be used any more: it ended, whenever that was.
        ends = row.made_at
    if ends is not None:
        yield row.fingerprint[:16], ends


def _sealing_key(place: Place) -> Iterator[tuple[str, datetime]]:
    """The newest sealing key, which is overdue half as long again after it should have been renewed."""
    rows = HeldKey.objects.filter(**place.columns, purpose=Purpose.SEALING.value, retired_at=None)
    made = rows.order_by("-created_at").values_list("fingerprint", "created_at").first()
    if made is not None:
        yield made[0][:16], made[1] + KEY_OLD
