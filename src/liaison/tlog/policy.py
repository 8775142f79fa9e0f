"""How many of which witnesses must have cosigned a checkpoint, and have they?

`WitnessPolicy(k=10, cosigners=fifteen keys)`: ten of the fifteen. `WitnessPolicy(0, ())`: the log's own signature
suffices; nothing is witnessed yet.

Invariants:
- One witness counts once: no two cosigners of a policy share a name or a public key.
- A line by a key of the policy that does not verify spoils the note; lines by other keys are ignored.
- The time of a quorum is the lower median of its Ed25519 cosignatures, so fewer than half of them cannot move it
  out of the range of the others.

Spec page: docs/spec/cosignature.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liaison.errors import MalformedError, VerificationError
from liaison.tlog.cosignature import Cosignature, verify_cosignature
from liaison.wire.note import Note, SignatureType, VerifierKey, format_vkey


@dataclass(frozen=True, slots=True)
class WitnessPolicy:
    """`k` of the `cosigners` must have cosigned.

    Raises MalformedError when made with a k outside 0..n, or with a cosigner that could count twice.
    """

    k: int
    cosigners: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.k <= len(self.cosigners):
            raise MalformedError("policy-threshold", k=self.k, n=len(self.cosigners))
        if len({key.name for key in self.cosigners}) < len(self.cosigners):
            raise MalformedError("policy-cosigner-twice")
        if len({key.public for key in self.cosigners}) < len(self.cosigners):
            raise MalformedError("policy-cosigner-twice")


UNWITNESSED = WitnessPolicy(0, ())


@dataclass(frozen=True, slots=True)
class Quorum:
    """The cosignatures of a note that a policy counted, sorted by the witness's name."""

    cosignatures: tuple[Cosignature, ...]

    @property
    def time(self) -> int | None:
        """The lower median of the Ed25519 times, in seconds since 1970; None when there is none."""
        return lower_median(
            [seen.time for seen in self.cosignatures if seen.algorithm is SignatureType.ED25519_COSIGNATURE]
        )


def verify_quorum(note: Note, policy: WitnessPolicy) -> Quorum:
    """The cosignatures of `note` that `policy` counts, when there are at least k.

    The log's own signature is judged by `verify_checkpoint`, not here.
    Raises VerificationError when fewer than k cosigned, a line of a cosigner does not verify, stands twice or says no
    time; MalformedError for a text that is no checkpoint.
    """
    keys = {(key.name, key.key_id): key for key in policy.cosigners}
    found: dict[str, Cosignature] = {}
    for line in note.signatures:
        key = keys.get((line.name, line.key_id))
        if key is None:
            continue
        if key.name in found:
            raise VerificationError("cosigner-twice", witness=key.name)
        found[key.name] = verify_cosignature(note.text, line, key)
        if found[key.name].time == 0:
            raise VerificationError("cosignature-without-time", witness=key.name)
    if len(found) < policy.k:
        raise VerificationError("quorum-missing", have=len(found), need=policy.k, of=len(policy.cosigners))
    return Quorum(tuple(found[name] for name in sorted(found)))


def lower_median(times: Sequence[int]) -> int | None:
    """The middle of `times`, the smaller one of two; None of none."""
    return sorted(times)[(len(times) - 1) // 2] if times else None


def format_policy(log_keys: Sequence[VerifierKey], policy: WitnessPolicy) -> str:
    """The policy as a file for other programs (c2sp.org/tlog-policy)."""
    lines = [f"log {format_vkey(key)}" for key in log_keys]
    names = [f"w{number}" for number in range(1, len(policy.cosigners) + 1)]
    lines += [f"witness {name} {format_vkey(key)}" for name, key in zip(names, policy.cosigners, strict=True)]
    if policy.k:
        lines += [f"group witnesses {policy.k} {' '.join(names)}", "quorum witnesses"]
    else:
        lines.append("quorum none")
    return "\n".join(lines) + "\n"
