"""Which sealed bytes does nobody need any more? Blobs that no message names, and beginnings that nobody fetches.

    sealed for what no draft or message names, or brought by a file that was refused   → swept when a week old
    what arrived of a file that was given up, or came whole another way                → swept at once

Invariants:
- a blob is sealed first and named by a row later, so only an old one is swept, and in a unit of work in which nobody
  else names one: no row can be written between the look and the removal;
- a letter that is kept for another node names its blob as a message does;
- whoever writes a row that names a blob looks in the same unit whether it is there: a message whose file was swept is
  refused before it is sent, and a received one fetches it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from liaison.node.models import AttachmentRow, KeptLetter
from liaison.node.models.ways.letter_box import LIVE
from liaison.node.node import Node
from liaison.node.services.line.attachments import hold_blobs, named_blobs, source_of_kept
from liaison.node.services.line.fetching import source_of
from liaison.node.unit_of_work import reading, unit_of_work

OLD_SECONDS = 7 * 24 * 3600.0
AT_ONCE = 200


def sweep_orphans(node: Node) -> int:
    """Remove what nobody needs; how many files. Raises NotNowError on a node that only reads."""
    old = node.blobs.older_than(OLD_SECONDS)
    swept = 0
    while batch := list(islice(old, AT_ONCE)):
        swept += _sweep_blobs(node, batch)
    return swept + _sweep_partials(node)


def _sweep_blobs(node: Node, old: list[str]) -> int:
    with unit_of_work(node):
        hold_blobs(sweeping=True)
        named = named_blobs(old)
        orphans = [digest for digest in old if digest not in named]
        for digest in orphans:
            node.blobs.remove(digest)
    return len(orphans)


def _sweep_partials(node: Node) -> int:
    """A row is wanted or arriving before its partial begins, so what no such row names is nobody's."""
    found = node.blobs.partials()
    with reading(node):
        needed = set(_fetched(found))
    idle = [name for name in found if name not in needed]
    for digest, source in idle:
        node.blobs.drop(digest, source)
    return len(idle)


def _fetched(found: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    rows = AttachmentRow.objects.filter(state="wanted", sealed__in=[digest for digest, _ in found])
    for row in rows.select_related("incoming"):
        yield row.sealed, source_of(row)
    kept = KeptLetter.objects.filter(state__in=LIVE, sealed__in=[digest for digest, _ in found])
    for letter in kept.defer("data"):
        yield letter.sealed, source_of_kept(letter)
