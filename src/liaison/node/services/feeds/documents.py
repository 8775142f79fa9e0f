"""Is this feed a document of another program, and what are its rows then?

    chunks, document = as_feed(read_feed(path))         a bundle, an event, a report, a mail with one: rows of it
    document is None                                    a list, CSV or JSON lines: the chunks as they came

Invariants: a document is read whole, up to 4 MiB; a label on it is never weakened by sending its rows on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from liaison.errors import MalformedError, UsageError
from liaison.exchange.documents import decode_document, recognise
from liaison.exchange.rows import feed_rows
from liaison.exchange.strict_json import LARGEST
from liaison.exchange.values import Document
from liaison.exchange.xarf.mail import decode_report_mail, is_mail
from liaison.messages.forms.sharing import STRICTNESS
from liaison.messages.message import Tlp


def as_feed(chunks: Iterable[bytes]) -> tuple[Iterable[bytes], Document | None]:
    """The rows to route, and the document they came from, if it is one. Raises MalformedError."""
    pieces = iter(chunks)
    first = next(pieces, b"")
    mail = is_mail(first)
    if not mail and recognise(first) is None:
        begun = [first, *_as_far_as_a_document(first, pieces)]
        whole = b"".join(begun)
        if len(whole) > LARGEST or recognise(whole) is None:
            return chain(begun, pieces), None
        pieces, first = iter(()), whole
    data = b"".join(_bounded(chain([first], pieces)))
    document = decode_report_mail(data) if mail else decode_document(data)
    return feed_rows(document), document


def check_sending_on(document: Document, tlp: Tlp) -> None:
    """Return where rows of the document may be sent under this label. Raises UsageError."""
    if document.exercise:
        raise UsageError("document-exercise")
    if document.tlp is not None and (document.tlp == "red" or STRICTNESS[tlp] < STRICTNESS[document.tlp]):
        raise UsageError("document-forbids", tlp=tlp, original=document.tlp)


def _as_far_as_a_document(first: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Of what may be JSON as much as a document may have and a piece more: what tells its format may stand last."""
    size = len(first)
    if first[:4].removeprefix(b"\xef\xbb\xbf")[:1] not in (b"{", b""):
        return
    for piece in pieces:
        size += len(piece)
        yield piece
        if size > LARGEST:
            return


def _bounded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise MalformedError("document-too-large", size=size, limit=LARGEST)
        yield piece
