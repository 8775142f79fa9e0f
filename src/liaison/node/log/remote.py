"""What does another mirror's copy of a log look like from here? Its checkpoint and tiles, fetched one by one.

Invariants: nothing fetched is believed here; the caller checks it against a checkpoint the log signed. A range is asked
for unpacked (RFC 9110 §14 counts packed bytes), and a server that knows no ranges gives the whole.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.errors import MalformedError, UnreachableError, UsageError
from liaison.node.peering import PeerAddress, PeerAnswer, PeerLink, PeerRequest
from liaison.tlog.checkpoint import CHECKPOINT_PATH
from liaison.wire.byte_ranges import ByteRange, format_range, parse_content_range
from liaison.wire.note import Note, parse_note

BUNDLE_LIMIT = 256 * 65_537
NOTE_LIMIT = 256 * 1024


class RemoteLog:
    """A `TileStore` that can only be read, at one peer door."""

    def __init__(self, link: PeerLink, address: PeerAddress, register: str) -> None:
        self._link = link
        self._address = address
        self._prefix = f"/registers/{register}"

    def checkpoint(self) -> Note:
        """The mirror's latest checkpoint. Raises `UnreachableError`, `MalformedError`."""
        data = self._get(CHECKPOINT_PATH, NOTE_LIMIT)
        if data is None:
            raise UnreachableError("mirror-has-no-checkpoint")
        return parse_note(data)

    def trusted_checkpoint(self) -> Note | None:
        """The latest checkpoint the mirror knows a quorum of. Raises `UnreachableError`, `MalformedError`."""
        data = self._get("trusted-checkpoint", NOTE_LIMIT)
        return None if data is None else parse_note(data)

    def read(self, path: str) -> bytes | None:
        """The bytes at `path`, or None."""
        return self._get(path, BUNDLE_LIMIT)

    def read_on(self, path: str, asked: ByteRange) -> tuple[int, bytes] | None:
        """Where the bytes given begin, and they: those asked for at `path` as far as there are any, or all from 0 on.

        Raises `MalformedError` for other bytes than those asked for.
        """
        headers = {"range": format_range(asked)}
        answer = self._call(PeerRequest("GET", f"{self._prefix}/{path}", headers=headers, limit=BUNDLE_LIMIT))
        if answer.status != 206:
            whole = self.read(path) if answer.status == 416 else _body(answer)
            return None if whole is None else (0, whole)
        given, size = parse_content_range(answer.headers.get("content-range", ""), most=BUNDLE_LIMIT)
        if given != ByteRange(asked.start, min(asked.end, size)) or given.size != len(answer.body):
            raise MalformedError("range-not-understood")
        return given.start, answer.body

    def write(self, items: Mapping[str, bytes]) -> None:
        """Never: it is somebody else's."""
        raise UsageError("remote-log-read-only", count=len(items))

    def _get(self, path: str, limit: int) -> bytes | None:
        return _body(self._call(PeerRequest("GET", f"{self._prefix}/{path}", limit=limit, packed=True)))

    def _call(self, request: PeerRequest) -> PeerAnswer:
        """The answer; a line that broke in the middle is tried once more, at once."""
        try:
            return self._link.call(self._address, request)
        except UnreachableError as error:
            if error.code != "peer-hung-up":
                raise
        return self._link.call(self._address, request)


def _body(answer: PeerAnswer) -> bytes | None:
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise UnreachableError("mirror-refused", status=answer.status)
    return answer.body
