"""By which state of the register is a transcript judged?

    judge = fold_log(entries, checkpoint, register="<hash of leaf 0>")

Invariants (docs/spec/transcript.md):
- the verifier folds the log itself; what the exporter says of a key is not asked for;
- the leaves make the root of the checkpoint, leaf 0 is the one expected, the log's key signed and the quorum of the
  last policy cosigned; a policy of nobody is enough where nobody witnesses yet, and `witnessed` says so;
- who holds a log already (a node's mirror, an offline register) can stand in: `RegisterJudge` is all that is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from liaison.errors import VerificationError
from liaison.messages.transcript.pack import Transcript
from liaison.register.memory import MemoryView
from liaison.register.standing import verify_trusted
from liaison.register.state import fold_on
from liaison.register.views import RegisterListing
from liaison.tlog.merkle import leaf_hash, root_of
from liaison.wire.note import Note, parse_note


class RegisterJudge(Protocol):
    """The register as somebody verified it up to some size."""

    @property
    def register(self) -> str:
        """The hash of leaf 0."""

    @property
    def size(self) -> int:
        """How many entries were folded."""

    @property
    def witnessed(self) -> bool:
        """Whether anybody but the log itself vouches for this history."""

    @property
    def view(self) -> RegisterListing:
        """The facts after all `size` entries."""

    def root(self, size: int) -> str | None:
        """The root, 64 hex digits, of the first `size` entries; None beyond the end."""


class FoldedLog:
    """A `RegisterJudge` over leaves in memory; roots of earlier sizes are computed when asked for, and remembered."""

    def __init__(self, entries: Sequence[bytes], *, witnessed: bool = False) -> None:
        self.hashes = [leaf_hash(entry) for entry in entries]
        self.view = fold_on(MemoryView(), entries)
        self.size = len(entries)
        self.register = self.hashes[0].hex() if entries else ""
        self.witnessed = witnessed
        self._roots: dict[int, str] = {}

    def root(self, size: int) -> str | None:
        """The root, 64 hex digits, of the first `size` entries; None beyond the end."""
        if not 0 <= size <= self.size:
            return None
        if size not in self._roots:
            self._roots[size] = root_of(self.hashes[:size]).hex()
        return self._roots[size]


def fold_log(entries: Sequence[bytes], checkpoint: Note, *, register: str) -> FoldedLog:
    """The log of `register` in `entries`, when it is the one `checkpoint` states.

    Raises VerificationError for another leaf 0, another root, a log key that did not sign, or a missing quorum.
    """
    folded = FoldedLog(entries)
    if folded.register != register:
        raise VerificationError("log-of-another-register")
    head = verify_trusted(folded.view, checkpoint, applied=folded.size)
    if head.size != folded.size or head.root.hex() != folded.root(folded.size):
        raise VerificationError("log-not-as-stated", size=folded.size, stated=head.size)
    folded.witnessed = head.witnessed
    return folded


def fold_own_log(transcript: Transcript) -> FoldedLog | None:
    """The log that the transcript carries, None when it carries none. Raises MalformedError, VerificationError."""
    if transcript.log is None:
        return None
    note = parse_note(transcript.log.checkpoint.encode())
    return fold_log(transcript.log.entries, note, register=transcript.register)
