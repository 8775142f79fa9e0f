"""What must a person look at? Alarms with evidence that others can check without this node.

    void-entry        the secretariat sequenced an entry against a rule   evidence: tlog-proof, the leaf as extra data
    register-forked   the log signed two histories                        evidence: both checkpoints and the proof
    rules-not-known   the register asks for rules this version lacks      no evidence

Invariants: one alarm a subject, so repeating the work does not repeat the alarm; a rebuild raises none.
"""

from __future__ import annotations

from liaison.errors import Param, VerificationError
from liaison.node.log.projections import VoidEntry
from liaison.node.log.tiles import DatabaseTileStore
from liaison.node.log.trust import stored_head, stored_note
from liaison.node.models import Alarm, FollowedRegister
from liaison.node.node import Node
from liaison.node.unit_of_work import unit_of_work
from liaison.tlog.log import LogReader
from liaison.tlog.monitor import ForkEvidence, encode_fork
from liaison.tlog.tlogproof import LogProof, format_proof


def raise_alarm(node: Node, register: str, code: str, *, subject: str, evidence: bytes = b"", **params: Param) -> None:
    """Keep an alarm, once for each subject."""
    with unit_of_work(node):
        Alarm.objects.get_or_create(
            register=register,
            code=code,
            subject=subject,
            defaults={"params": params, "evidence": evidence, "raised_at": node.clock.now()},
        )


def raise_void(node: Node, row: FollowedRegister, entry: VoidEntry) -> None:
    """The secretariat sequenced an entry that breaks a rule: keep the proof that it did."""
    reader = LogReader(DatabaseTileStore(row.register), stored_head(row))
    proof = LogProof(entry.index, reader.inclusion(entry.index), stored_note(row), entry.leaf or None)
    raise_alarm(
        node,
        row.register,
        "void-entry",
        subject=str(entry.index),
        evidence=format_proof(proof),
        index=entry.index,
        rule=entry.rule,
    )


def raise_fork(node: Node, register: str, evidence: ForkEvidence) -> VerificationError:
    """Stop the register here, keep the evidence, and give the error to raise."""
    with unit_of_work(node):
        FollowedRegister.objects.filter(register=register).update(stopped="register-forked")
        raise_alarm(node, register, "register-forked", subject="fork", evidence=encode_fork(evidence))
    return VerificationError("register-forked", register=register)
