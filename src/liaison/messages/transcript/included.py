"""Which message keys stand in the log, as far as single proofs can show it?

Without the whole log nobody can say whether a key was replaced or revoked, or whether the entry that names it was void.
What remains is inclusion: leaf 0 and the entries that name keys, each with its path to one checkpoint of the log.

Invariants (docs/spec/transcript.md):
- leaf 0 must be the register of the transcript; its log keys must have signed every checkpoint used;
- the answer names keys and never says that they counted.
"""

from __future__ import annotations

from collections.abc import Mapping

from liaison.errors import VerificationError
from liaison.keys.public import PublicKey
from liaison.messages.parties import NodeRef
from liaison.messages.transcript.pack import Inclusion, Transcript
from liaison.register.bodies import ParticipantKeys, RegisterOpened
from liaison.register.entries import Entry, decode_entry
from liaison.tlog.merkle import leaf_hash
from liaison.tlog.policy import UNWITNESSED
from liaison.tlog.tlogproof import parse_proof, verify_proof

KeysOfNodes = Mapping[tuple[NodeRef, str], PublicKey]


def verify_included(transcript: Transcript) -> KeysOfNodes:
    """The message keys whose entries are shown to be in the log: (node, fingerprint) → key.

    Raises MalformedError and VerificationError when an entry or a proof does not hold.
    """
    if not transcript.included:
        return {}
    opened = next((each for each in transcript.included if leaf_hash(each.entry).hex() == transcript.register), None)
    body = None if opened is None else decode_entry(opened.entry).body
    if not isinstance(body, RegisterOpened):
        raise VerificationError("log-of-another-register")
    found: dict[tuple[NodeRef, str], PublicKey] = {}
    for each in transcript.included:
        found |= _keys_in(_verified(each, body))
    return found


def _verified(each: Inclusion, opened: RegisterOpened) -> Entry:
    proof = parse_proof(each.proof.encode())
    verify_proof(proof, each.entry, origin=opened.origin, keys=opened.log_keys, policy=UNWITNESSED)
    return decode_entry(each.entry, index=proof.index)


def _keys_in(entry: Entry) -> dict[tuple[NodeRef, str], PublicKey]:
    body = entry.body
    participant = entry.payload.participant
    if not isinstance(body, ParticipantKeys) or participant is None:
        return {}
    return {(NodeRef(participant, node.node), node.message.fingerprint): node.message for node in body.nodes}
