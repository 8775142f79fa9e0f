"""How does an officer sign in without a passkey? By password and a one-time code, where the node's policy permits it.

    codes = set_up(node, officer, password=…, seed=…, code="287082")     ten recovery codes, shown once
    officer = sign_in(node, login="a.n", password=…, code="755224")      raises UsageError("sign-in-refused")

Invariants:
- One error for an unknown login, a wrong password, a wrong code and an officer who left, after the same work.
- A one-time code works once: its counter is kept, and no earlier one is taken any more. A recovery code works once.
- The seed of the codes is a file of the vault, under the node's credential; its name stands in the table.
"""

from __future__ import annotations

import base64
import hashlib

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from liaison.errors import UsageError
from liaison.node.models import Officer, OneTimeCodes, RecoveryCode
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.officers.one_time import used_counter

# With 120 bits a plain hash is enough; 24 signs are still typed once in a long while.
RECOVERY_CODES, RECOVERY_BYTES = 10, 15


def sign_in(node: Node, *, login: str, password: str, code: str) -> Officer:
    """The officer, if all three are right. Raises UsageError."""
    with reading(node):
        officer = Officer.objects.filter(login=login.strip().lower()).first()
        if officer is None or not officer.has_usable_password():
            Officer().set_password(password)  # As long as it takes to look at a password that is there.
            raise UsageError("sign-in-refused")
        right = officer.check_password(password)
    _require_code(node, officer, code, right=right)
    return officer


def _require_code(node: Node, officer: Officer, code: str, *, right: bool) -> None:
    """Use a one-time or recovery code up, unless the password was wrong. Raises UsageError."""
    with catching_up(), unit_of_work(node):
        row = OneTimeCodes.objects.select_for_update().filter(officer=officer).first()
        if not right or row is None or not officer.is_active:
            raise UsageError("sign-in-refused")
        counter = used_counter(node.vault.load(row.seed), code, node.clock.now().timestamp(), after=row.last_counter)
        if counter is not None:
            OneTimeCodes.objects.filter(pk=row.pk).update(last_counter=counter)
        elif not _use_recovery_code(node, officer, code):
            raise UsageError("sign-in-refused")


def _use_recovery_code(node: Node, officer: Officer, code: str) -> bool:
    unused = RecoveryCode.objects.filter(officer=officer, used_at=None, code_hash=_hash(code))
    used = unused.update(used_at=node.clock.now())
    if used:
        note(node, "recovery-code-used", officer=officer.pk, subject=str(officer.pk))
    return bool(used)


def require_present(officer: Officer, present: str) -> None:
    """Return if the officer has no password yet, or knows it. Raises UsageError.

    Whoever forgot it takes it away by another way in, and sets up a new one.
    """
    if officer.has_usable_password() and not officer.check_password(present):
        raise UsageError("present-password-wrong")


def set_up(node: Node, officer: Officer, *, password: str, seed: bytes, code: str) -> list[str]:
    """Take password and one-time codes as a way in, replacing earlier ones; fresh recovery codes. Raises UsageError."""
    if "password" not in node.config.pages.sign_in:
        raise UsageError("password-not-permitted")
    counter = used_counter(seed, code, node.clock.now().timestamp())
    if counter is None:
        raise UsageError("one-time-code-wrong")
    _require_good(password, officer)
    name = hashlib.sha256(b"liaison.one-time-codes.v1\0" + node.entropy.draw(32)).hexdigest()
    node.vault.store(name, seed)
    with unit_of_work(node):
        _forget_seed(node, officer)
        OneTimeCodes.objects.create(officer=officer, seed=name, last_counter=counter, created_at=node.clock.now())
        officer.set_password(password)
        officer.save(update_fields=["password"])
        codes = _fresh_codes(node, officer)
        note(node, "one-time-codes-set-up", officer=officer.pk, subject=str(officer.pk))
    return codes


def renew_recovery_codes(node: Node, officer: Officer) -> list[str]:
    """Ten fresh recovery codes; the earlier ones are void. Raises UsageError without one-time codes."""
    with unit_of_work(node):
        if not OneTimeCodes.objects.filter(officer=officer).exists():
            raise UsageError("password-not-permitted")
        note(node, "recovery-codes-renewed", officer=officer.pk, subject=str(officer.pk))
        return _fresh_codes(node, officer)


def _fresh_codes(node: Node, officer: Officer) -> list[str]:
    texts = [base64.b32encode(node.entropy.draw(RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(officer=officer).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(officer=officer, code_hash=_hash(text)) for text in texts)
    return ["-".join(text[at : at + 4] for at in range(0, len(text), 4)) for text in texts]


def _forget_seed(node: Node, officer: Officer) -> None:
    for row in OneTimeCodes.objects.filter(officer=officer):
        node.vault.destroy(row.seed)
        row.delete()


def _require_good(password: str, officer: Officer) -> None:
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise UsageError("password-too-weak", reason=" ".join(error.messages)) from None


def _hash(code: str) -> str:
    plain = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(b"liaison.recovery-code.v1\0" + plain.encode()).hexdigest()
