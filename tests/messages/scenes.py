"""Where do transcripts come from? XC writes to XD and XE in the small register, and both receipt.

scene().notice()                 the opened copies of one notice
packed(messages, receipts)       a transcript of them, by default of a notice that both have receipted
judged(transcript)               the report by the folded log
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from liaison.keys.private import Ed25519Signer
from liaison.messages.message import ComposedUnder, ReceivedMessage, compose, open_message, sign_copy
from liaison.messages.parties import DeskRef
from liaison.messages.receipts import Circumstances, SignedReceipt, decode_receipt, first_receipt, sign_receipt
from liaison.messages.transcript import (
    FindingCode,
    FoldedLog,
    Inclusion,
    LogCopy,
    Report,
    Transcript,
    fold_log,
    pack_transcript,
    verify_transcript,
)
from liaison.register.bodies import ParticipantKeys
from liaison.tlog.merkle import leaf_hash, root_of
from liaison.tlog.tlogproof import LogProof, format_proof
from liaison.wire.note import format_note
from tests.messages import cast
from tests.register.registry import RegisterBuilder, small_register
from tests.tlog.naive import naive_path

EXPORTED = "2026-11-23T09:00:00Z"


@functools.cache
def founded() -> RegisterBuilder:
    return small_register()


@dataclass(frozen=True)
class Scene:
    """A register and who speaks in it; `under` is the checkpoint everybody knows."""

    registry: RegisterBuilder

    def desk(self, who: str) -> DeskRef:
        return DeskRef(self.registry.ids[who], "main", "duty")

    def key(self, who: str) -> Ed25519Signer:
        return self.registry.key(f"{who}/main/message")

    def under(self, size: int | None = None) -> ComposedUnder:
        leaves = self.registry.leaves[: len(self.registry.leaves) if size is None else size]
        return ComposedUnder(len(leaves), root_of([leaf_hash(leaf) for leaf in leaves]).hex())

    def notice(self, *, number: int = 10, signer: Ed25519Signer | None = None, **changes: Any) -> list[ReceivedMessage]:
        """What XC says to XD and XE, one copy each."""
        under = changes.pop("under", None) or self.under()
        given: dict[str, Any] = {
            "register": leaf_hash(self.registry.leaves[0]).hex(),
            "sender": self.desk("XC"),
            "to": (self.desk("XD"), self.desk("XE")),
        }
        message = compose(
            cast.draft(**(given | changes)),
            message_id=cast.made_id(number),
            composed=cast.COMPOSED,
            composed_under=under,
            salts=cast.salts(str(number)),
        )
        copies = [cast.copy_for(desk) for desk in message.core.to]
        return [open_message(sign_copy(message, copy, signer or self.key("XC")).plaintext) for copy in copies]

    def receipt(
        self, message: ReceivedMessage, reason: str | None = None, *, size: int | None = None, **given: Any
    ) -> SignedReceipt:
        """The first receipt for a copy by its recipient, or by the desk `by`."""
        desk = message.copy.desk
        who = next(name for name, id_ in self.registry.ids.items() if id_ == desk.participant)
        circumstances = Circumstances(
            by=desk.at, sealed=cast.made_hash("sealed"), received=cast.RECEIVED, checkpoint=self.under(size)
        )
        made = first_receipt(message, reason, circumstances, attachments=given.pop("attachments", ()))
        return decode_receipt(sign_receipt(cast.changed(made, **given), self.key(who)))

    def folded(self) -> FoldedLog:
        return fold_log(
            self.registry.leaves, self.registry.checkpoint(), register=leaf_hash(self.registry.leaves[0]).hex()
        )

    def log(self) -> LogCopy:
        return LogCopy(format_note(self.registry.checkpoint()).decode(), tuple(self.registry.leaves))

    def inclusions(self) -> tuple[Inclusion, ...]:
        """Leaf 0 and every entry that names keys, each with its proof."""
        hashes = [leaf_hash(leaf) for leaf in self.registry.leaves]
        named = [0, *(n for n, entry in enumerate(self.registry.entries) if isinstance(entry.body, ParticipantKeys))]
        note = self.registry.checkpoint()
        return tuple(
            Inclusion(self.registry.leaves[n], format_proof(LogProof(n, tuple(naive_path(n, hashes)), note)).decode())
            for n in named
        )


def scene() -> Scene:
    return Scene(founded())


def packed(
    messages: Sequence[ReceivedMessage] | None = None, receipts: Sequence[SignedReceipt] | None = None, **given: Any
) -> Transcript:
    told = scene().notice() if messages is None else messages
    heard = [scene().receipt(message) for message in told] if receipts is None else receipts
    return pack_transcript(told, heard, exported=EXPORTED, **given)


def judged(transcript: Transcript, here: Scene | None = None) -> Report:
    return verify_transcript(transcript, (here or scene()).folded(), {})


def codes(report: Report) -> set[FindingCode]:
    return {finding.code for finding in report.findings} - {FindingCode.NOT_WITNESSED}
