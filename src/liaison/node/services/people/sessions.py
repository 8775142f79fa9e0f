"""Where is an officer signed in, until when, and how is a session ended from elsewhere?

    begin(node, officer, key, method="passkey", address="192.0.2.7", agent="…")
    session = current(node, key)       None if it ended: by its age, unused, revoked, or because the officer left
    end(node, officer, session.id)     with its next request it is nobody's

Invariants: a session is known by the hash of its key; it ends `[pages] session_hours` after it began and `idle_minutes`
after it was last used, whichever comes first; one entered by an invitation may only set up a way to sign in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.node.models import Officer, OfficerSession
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.node.work.statements import select

INVITATION = "invitation"
CONFIRMED_FOR = timedelta(minutes=5)
SEEN_EVERY = timedelta(minutes=1)
_SESSION = ("id", "officer_id", "key_hash", "method", "address", "agent", "begun_at", "seen_at", "confirmed_at")
"""The columns of a `Session`, in its order; asked for at every page, so by a statement made once."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which an officer is signed in."""

    id: int
    officer: int
    key_hash: str
    method: str
    address: str
    agent: str
    begun_at: datetime
    seen_at: datetime
    confirmed_at: datetime

    @property
    def only_invited(self) -> bool:
        """Whether the officer has yet to set up a way to sign in."""
        return self.method == INVITATION


def begin(node: Node, officer: int, key: str, *, method: str, address: str, agent: str) -> None:
    """The officer signed in under this session key; houses nothing else, so a node that only reads lets them in too."""
    now = node.clock.now()
    with catching_up(), unit_of_work(node):
        OfficerSession.objects.create(
            officer_id=officer,
            key_hash=_hash(key),
            method=method,
            address=address[:64],
            agent=agent[:200],
            begun_at=now,
            seen_at=now,
            confirmed_at=now,
        )
        _note_seen(officer, now)
        note(node, "signed-in", officer=officer, subject=str(officer), params={"method": method})


def current(node: Node, key: str) -> Session | None:
    """The session of this key, if it has not ended; notes once a minute that it is used."""
    with reading(node):
        rows = select(OfficerSession, (*_SESSION, "officer__is_active"), key_hash=_hash(key))
    if not rows or not rows[0][-1]:
        return None
    found = Session(*rows[0][:-1])
    now, pages = node.clock.now(), node.config.pages
    old = found.begun_at + timedelta(hours=pages.session_hours) <= now
    if old or found.seen_at + timedelta(minutes=pages.idle_minutes) <= now:
        with catching_up(), unit_of_work(node):
            OfficerSession.objects.filter(pk=found.id).delete()
        return None
    if found.seen_at + SEEN_EVERY <= now:
        with catching_up(), unit_of_work(node):
            OfficerSession.objects.filter(pk=found.id).update(seen_at=now)
            _note_seen(found.officer, now)
    return found


def is_confirmed(node: Node, session: Session) -> bool:
    """Whether the officer proved who they are within the last five minutes; one just invited has no other proof yet."""
    return session.only_invited or node.clock.now() < session.confirmed_at + CONFIRMED_FOR


def confirm(node: Node, session: Session, method: str = "") -> None:
    """The officer proved once more who they are, or set up (`method`) what they sign in with from now on."""
    changed = {"confirmed_at": node.clock.now()} | ({"method": method} if method else {})
    with catching_up(), unit_of_work(node):
        OfficerSession.objects.filter(pk=session.id).update(**changed)


def sessions(node: Node, officer: int) -> list[Session]:
    """Where the officer is signed in, the last used first."""
    with reading(node):
        rows = OfficerSession.objects.filter(officer=officer).order_by("-seen_at", "-pk")
        return [_read(row) for row in rows]


def end(node: Node, officer: int, session: int, *, by: int = 0) -> None:
    """End one session of the officer, by themselves or by who administers; idempotent."""
    with catching_up(), unit_of_work(node):
        gone, _ = OfficerSession.objects.filter(officer=officer, pk=session).delete()
        if gone:
            note(node, "session-ended", officer=by or officer, subject=str(officer))


def end_others(node: Node, officer: int, session: int) -> None:
    """End every session of the officer but this one."""
    with catching_up(), unit_of_work(node):
        gone, _ = OfficerSession.objects.filter(officer=officer).exclude(pk=session).delete()
        if gone:
            note(node, "sessions-ended", officer=officer, subject=str(officer), params={"count": gone})


def _note_seen(officer: int, now: datetime) -> None:
    """Inside a unit of work: keep when an officer was last here, which outlives their sessions."""
    Officer.objects.filter(pk=officer).update(last_login=now)


def _hash(key: str) -> str:
    return hashlib.sha256(b"liaison.session.v1\0" + key.encode()).hexdigest()


def _read(row: OfficerSession) -> Session:
    told = (row.method, row.address, row.agent, row.begun_at, row.seen_at, row.confirmed_at)
    return Session(row.pk, row.officer_id, row.key_hash, *told)
