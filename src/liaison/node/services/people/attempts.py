"""How often may somebody guess? A few times a login and a network address, the same for logins that do not exist.

    with counted(node, login="a.n", address="192.0.2.7"): …      raises NotNowError("too-many-attempts") before anything

Invariants: only what failed is counted; a success clears the count of the login, never that of the address; passkeys
are not counted against a login, so nobody locks an officer out who uses one; what was refused is a line of the log.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from liaison.errors import LiaisonError, NotNowError
from liaison.node.models import SignInAttempt
from liaison.node.node import Node
from liaison.node.unit_of_work import catching_up, reading, unit_of_work

log = logging.getLogger("liaison.sign-in")

WINDOW = timedelta(minutes=15)
PER_LOGIN, PER_ADDRESS = 5, 30


@contextmanager
def counted(node: Node, *, login: str, address: str) -> Iterator[None]:
    """An attempt to sign in, counted if it raises an error of ours. Raises NotNowError when there were too many."""
    limits = {_hash("address", address): PER_ADDRESS} | ({_hash("login", login): PER_LOGIN} if login else {})
    since = node.clock.now() - WINDOW
    with reading(node):
        for subject, most in limits.items():
            if SignInAttempt.objects.filter(subject=subject, at__gt=since).count() >= most:
                _log("too-many-attempts", address)
                raise NotNowError("too-many-attempts", minutes=int(WINDOW.total_seconds() // 60))
    try:
        yield
    except LiaisonError as error:
        _log(error.code, address)
        with catching_up(), unit_of_work(node):
            SignInAttempt.objects.filter(at__lte=since).delete()
            SignInAttempt.objects.bulk_create(SignInAttempt(subject=each, at=node.clock.now()) for each in limits)
        raise
    if login:
        with catching_up(), unit_of_work(node):
            SignInAttempt.objects.filter(subject=_hash("login", login)).delete()


def _log(why: str, address: str) -> None:
    """For whoever watches the log: where from and why, never which login was tried."""
    log.warning("an attempt to sign in was refused", extra={"told": {"why": why, "address": address}})


def _hash(kind: str, text: str) -> str:
    return hashlib.sha256(f"liaison.attempt.v1\0{kind}\0{text}".encode()).hexdigest()
