"""What can an officer sign in with, and how is it taken away?

    factors(node, officer)             Factors(passkeys=[…], one_time_codes=True, recovery_codes=8)
    forget_factors(node, officer)      every key, code and session of the officer is gone

Invariants: an officer who has anything keeps at least one way to sign in (`last-factor`); a recovery code alone is no
way, because it only stands in for a one-time code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from liaison.errors import UsageError
from liaison.node.models import Officer, OfficerSession, OneTimeCodes, Passkey, ProviderAccount, RecoveryCode
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work


@dataclass(frozen=True, slots=True)
class PasskeyRead:
    """One passkey in a list."""

    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Factors:
    """Everything an officer can sign in with; `recovery_codes` are those not used yet."""

    passkeys: tuple[PasskeyRead, ...]
    one_time_codes: bool
    recovery_codes: int

    @property
    def count(self) -> int:
        """How many ways in there are."""
        return len(self.passkeys) + self.one_time_codes


def factors(node: Node, officer: int) -> Factors:
    """What the officer has set up."""
    with reading(node):
        rows = Passkey.objects.filter(officer=officer).order_by("pk")
        return Factors(
            tuple(PasskeyRead(row.pk, row.name, row.created_at, row.last_used_at) for row in rows),
            OneTimeCodes.objects.filter(officer=officer).exists(),
            RecoveryCode.objects.filter(officer=officer, used_at=None).count(),
        )


def remove_passkey(node: Node, officer: int, passkey: int) -> None:
    """Take one passkey away. Raises UsageError if it would be the last way in."""
    with unit_of_work(node):
        row = Passkey.objects.filter(officer=officer, pk=passkey).first()
        if row is None:
            raise UsageError("passkey-not-found")
        _require_another(node, officer)
        row.delete()
        note(node, "passkey-removed", officer=officer, subject=str(officer))


def remove_one_time_codes(node: Node, officer: int) -> None:
    """Take password, one-time codes and recovery codes away. Raises UsageError if they are the last way in."""
    with unit_of_work(node):
        if OneTimeCodes.objects.filter(officer=officer).exists():
            _require_another(node, officer)
            _forget_one_time_codes(node, officer)
            note(node, "one-time-codes-removed", officer=officer, subject=str(officer))


def forget_factors(node: Node, officer: int) -> None:
    """Take everything away inside a unit of work, sessions too: the officer comes back by an invitation only."""
    Passkey.objects.filter(officer=officer).delete()
    ProviderAccount.objects.filter(officer=officer).delete()
    OfficerSession.objects.filter(officer=officer).delete()
    _forget_one_time_codes(node, officer)


def _forget_one_time_codes(node: Node, officer: int) -> None:
    for row in OneTimeCodes.objects.filter(officer=officer):
        node.vault.destroy(row.seed)
        row.delete()
    RecoveryCode.objects.filter(officer=officer).delete()
    person = Officer.objects.get(pk=officer)
    person.set_unusable_password()
    person.save(update_fields=["password"])


def _require_another(node: Node, officer: int) -> None:
    if factors(node, officer).count < 2:
        raise UsageError("last-factor")
