"""How is a report cut that is too large for one attachment? Between rows, each piece with the head of the whole.

    b"# notice\\nip,liaison_code\\n192.0.2.7,XC\\n192.0.2.8,XC\\n"    limit 45
    →  b"# notice\\nip,liaison_code\\n192.0.2.7,XC\\n"   b"# notice\\nip,liaison_code\\n192.0.2.8,XC\\n"

Invariants: no piece is longer than the limit; the rows of all pieces together are the rows of the report, in order; a
row whose quoted field holds a line end is never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from liaison.errors import MalformedError


def cut_report(chunks: Iterable[bytes], head: bytes, limit: int, *, quoted: bool) -> Iterator[bytes]:
    """The pieces of a report that begins with `head`; `quoted` for CSV. Raises MalformedError `row-too-long`."""
    rest, begun = b"", False
    for chunk in chunks:
        rest += chunk
        if not begun and len(rest) < len(head):
            continue
        rest, begun = (rest if begun else rest.removeprefix(head)), True
        while len(head) + len(rest) > limit:
            end = _last_row_end(rest, limit - len(head), quoted=quoted)
            yield head + rest[:end]
            rest = rest[end:]
    if rest:
        yield head + rest


def _last_row_end(rows: bytes, limit: int, *, quoted: bool) -> int:
    """The last place up to `limit` at which a row ends."""
    end = rows.rfind(b"\n", 0, max(limit, 0)) + 1
    quotes = rows.count(b'"', 0, end) if quoted else 0
    while end and quotes % 2:
        before = rows.rfind(b"\n", 0, end - 1) + 1
        quotes -= rows.count(b'"', before, end)
        end = before
    if not end:
        raise MalformedError("row-too-long")
    return end
