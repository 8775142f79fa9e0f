"""What is carried from key to key until an entry is signed by all it needs? A draft file.

    {"draft":1,"parts":[{"digest":"5c1f…","part":{…},"salt":"…"}],"payload":"<base64>",
     "signatures":[{"keyid":"3fe1…","sig":"<base64>"}]}

Invariants: the payload never changes after the first signature; a key signs a draft once; what is handed in holds
exactly the signatures the rules ask for, so more roots may sign than are needed. Spec page: docs/spec/draft.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from liaison.errors import MalformedError, VerificationError
from liaison.keys.ports import Signer
from liaison.register import records
from liaison.register.entries import Entry, encode_entry, open_entry
from liaison.register.rules import Need, needed_signatures
from liaison.register.state import RegisterView
from liaison.wire import canonical
from liaison.wire.envelope import Envelope, PayloadType, Signature, pae
from liaison.wire.identifiers import Base64, Hash, decode_base64, encode_base64
from liaison.wire.typed import read_json

LIMIT = 1 << 20

NEXT = 1 << 52
"""A draft is judged as if it came after everything: which leaf it will be is not known yet."""


class _Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    keyid: Hash
    sig: Base64


class _DraftFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    draft: int
    parts: tuple[dict[str, object], ...]
    payload: Base64
    signatures: tuple[_Signed, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A payload with the signatures it has so far (sorted by fingerprint) and the record parts it names."""

    payload: bytes
    signatures: tuple[Signature, ...] = ()
    parts: tuple[bytes, ...] = ()

    @property
    def entry(self) -> Entry:
        """The entry as it stands, perhaps not signed enough."""
        return open_entry(Envelope(PayloadType.ENTRY, self.payload, self.signatures))


def encode_draft(draft: Draft) -> bytes:
    """The bytes of a draft file."""
    signed = tuple(_Signed(each.keyid, encode_base64(each.sig)) for each in draft.signatures)
    parts = tuple(read_json(part, dict[str, object]) for part in draft.parts)
    return canonical.encode_struct(_DraftFile(1, parts, encode_base64(draft.payload), signed))


def decode_draft(data: bytes) -> Draft:
    """The draft in a file. Raises `MalformedError`, or `VerificationError` for a part that is not its digest's."""
    file = canonical.decode_struct(data, _DraftFile, limit=LIMIT)
    if file.draft != 1:
        raise MalformedError("draft-version", version=file.draft)
    names = [each.keyid for each in file.signatures]
    if names != sorted(set(names)):
        raise MalformedError("draft-signatures")
    parts = tuple(canonical.encode(part) for part in file.parts)  # type: ignore[arg-type]
    for part in parts:
        records.decode_record(part)
    signatures = tuple(Signature(each.keyid, decode_base64(each.sig)) for each in file.signatures)
    draft = Draft(decode_base64(file.payload), signatures, parts)
    open_entry(Envelope(PayloadType.ENTRY, draft.payload, signatures))
    return draft


def sign_draft(draft: Draft, *signers: Signer) -> Draft:
    """The draft with one more signature by each of `signers`."""
    message = pae(PayloadType.ENTRY, draft.payload)
    signed = {each.keyid: each for each in draft.signatures}
    for key in signers:
        signed[key.public.fingerprint] = Signature(key.public.fingerprint, key.sign(message))
    return replace(draft, signatures=tuple(signed[name] for name in sorted(signed)))


def finished_leaf(draft: Draft, view: RegisterView) -> bytes:
    """The leaf with exactly the needed signatures. Raises `VerificationError` while some are missing."""
    for needs in needed_signatures(draft.entry, view, NEXT):
        names = frozenset(each.keyid for each in draft.signatures)
        if all(need.met_by(names) for need in needs):
            kept = _minimal(sorted(names), needs)
            exact = replace(draft, signatures=tuple(each for each in draft.signatures if each.keyid in kept))
            return encode_entry(exact.entry)
    raise VerificationError("draft-not-signed-enough", signed=len(draft.signatures))


def _minimal(names: Sequence[str], needs: Sequence[Need]) -> frozenset[str]:
    """The signers left when each that is not needed is taken away, in order."""
    kept = frozenset(names)
    for name in reversed(names):
        if all(need.met_by(kept - {name}) for need in needs):
            kept -= {name}
    return kept
