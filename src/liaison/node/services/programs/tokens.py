"""How does a program get a token, what may it do with it, and when does it end?

    made = make_token(node, seat, Wanted("ticket system", officer=7, scopes=…, days=90), by=7)
    made.text                                   liaison_pat_…, shown this once
    bearer = open_token(node, made.text)        who acts, for which desk, with which scopes
    bearer.require(Scope.SEND)                  returns, or raises UsageError
    open_again(node, bearer)                    the same a while later, or UsageError where it has ended
    end_token(node, seat, made.number, by=7)

Invariants:
- A token is bound to one desk and acts for one officer: it never allows what that officer's roles there do not allow
  now, and ends with its day, with a press of a button, or with the officer.
- Who makes a token for themselves hands out no more than they may do; only the command line makes one for others.
- A case that is closed to named officers is closed to every token: a program is not a person.
- What is done with a token is noted under its officer and its number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import ApiToken
from liaison.node.node import Node
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.services.people.officers import Seat, desk_filter, seats
from liaison.node.services.programs.events import listen
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.officers.permissions import Action, permitted, require
from liaison.officers.tokens import BYTES, NEEDS, Scope, check_scopes, format_token, read_scopes, token_hash

MOST_DAYS = 366
MOST_EACH = 20
"""Tokens of one desk at once."""
NAME = 100
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a token is to be for."""

    name: str
    officer: int
    scopes: frozenset[Scope]
    days: int


@dataclass(frozen=True, slots=True)
class Made:
    """A fresh token; `text` is kept nowhere."""

    number: int
    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class TokenRead:
    """A token in a list; `live` until it has ended."""

    number: int
    name: str
    ending: str
    officer: int
    officer_name: str
    scopes: tuple[str, ...]
    made_at: datetime
    until: datetime
    last_used_at: datetime | None
    ended_at: datetime | None
    live: bool


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who asks: a program with a token, acting for an officer at a desk."""

    token: int
    name: str
    officer: int
    seat: Seat
    scopes: frozenset[Scope]
    until: datetime
    allowed: frozenset[Action] = field(default=frozenset())

    def may(self, scope: Scope) -> bool:
        """Whether the token and the roles of its officer allow it."""
        return scope in self.scopes and NEEDS[scope] in self.allowed

    def require(self, scope: Scope) -> None:
        """Return if the token and the roles of its officer allow it. Raises UsageError."""
        if scope not in self.scopes:
            raise UsageError("token-scope-missing", scope=scope.value)
        require(NEEDS[scope], self.seat.roles)


def make_token(node: Node, seat: Seat, wanted: Wanted, *, by: int) -> Made:
    """A token for an officer of this desk; `by` is that officer, or 0 for the command line. Raises UsageError."""
    if not wanted.name.strip() or len(wanted.name) > NAME or not wanted.name.isprintable():
        raise UsageError("token-name-missing", limit=NAME)
    if not 1 <= wanted.days <= MOST_DAYS:
        raise UsageError("token-days", limit=MOST_DAYS)
    check_scopes(read_scopes(wanted.scopes), permitted(_roles(node, seat, wanted.officer)))
    text, now = format_token(node.entropy.draw(BYTES)), node.clock.now()
    until = now + timedelta(days=wanted.days)
    with unit_of_work(node):
        if _live(seat, now).count() >= MOST_EACH:
            raise UsageError("tokens-too-many", limit=MOST_EACH)
        row = ApiToken.objects.create(
            register=seat.register,
            **desk_filter(seat.desk),
            name=wanted.name.strip(),
            officer_id=wanted.officer,
            token_hash=token_hash(text),
            ending=text[-4:],
            scopes=sorted(wanted.scopes),
            made_by=by,
            made_at=now,
            until=until,
        )
        if Scope.READ_METADATA in wanted.scopes:
            listen(seat)
        told = {"scopes": sorted(wanted.scopes), "officer": wanted.officer, "days": wanted.days}
        note(
            node,
            "token-made",
            officer=by,
            subject=str(row.pk),
            params=dict(told),  # type: ignore[arg-type]
            participant=seat.desk.participant,
        )
    return Made(row.pk, text, until)


def end_token(node: Node, seat: Seat, number: int, *, by: int) -> None:
    """End one's own token, as administrator or on the command line anybody's; idempotent. Raises UsageError."""
    with catching_up(), unit_of_work(node):
        row = _of(seat).filter(pk=number).first()
        if row is None or (by not in (SYSTEM, row.officer_id) and not seat.may(Action.MANAGE_PEOPLE)):
            raise UsageError("token-not-found", number=number)
        if row.ended_at is None:
            ApiToken.objects.filter(pk=number).update(ended_at=node.clock.now())
            note(node, "token-ended", officer=by, subject=str(number), participant=seat.desk.participant)


def list_tokens(node: Node, seat: Seat, *, officer: int | None = None) -> list[TokenRead]:
    """The tokens of a desk, or of one officer there, the newest first."""
    now = node.clock.now()
    with reading(node):
        rows = _of(seat).select_related("officer").order_by("-pk")
        return [_read(row, now) for row in (rows if officer is None else rows.filter(officer=officer))]


def open_token(node: Node, text: str) -> Bearer:
    """Whoever bears this token. Raises UsageError without saying why it is not valid."""
    now = node.clock.now()
    row, bearer = _bearer(node, now, token_hash=token_hash(text))
    if row.last_used_at is None or row.last_used_at + SEEN_EVERY <= now:
        with catching_up(), unit_of_work(node):
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return bearer


def open_again(node: Node, bearer: Bearer) -> Bearer:
    """The same as it is now, for whoever is answered for longer than a moment. Raises UsageError."""
    return _bearer(node, node.clock.now(), pk=bearer.token)[1]


def _bearer(node: Node, now: datetime, **which: object) -> tuple[ApiToken, Bearer]:
    with reading(node):
        row = ApiToken.objects.filter(**which, ended_at=None, until__gt=now, officer__is_active=True).first()
    if row is None:
        raise UsageError("token-not-valid")
    desk = DeskRef(row.participant, row.node, row.desk)
    held = (each for each in seats(node, row.officer_id) if (each.register, each.desk) == (row.register, desk))
    seat = next(held, None)
    if seat is None:  # The officer has no role at the desk any more.
        raise UsageError("token-not-valid")
    known = frozenset(Scope(each) for each in row.scopes if each in set(Scope))
    return row, Bearer(row.pk, row.name, row.officer_id, seat, known, row.until, permitted(seat.roles))


def _roles(node: Node, seat: Seat, officer: int) -> frozenset:
    found = (each for each in seats(node, officer) if (each.register, each.desk) == (seat.register, seat.desk))
    return next((each.roles for each in found), frozenset())


def _of(seat: Seat) -> ApiToken:
    return ApiToken.objects.filter(register=seat.register, **desk_filter(seat.desk))


def _live(seat: Seat, now: datetime) -> ApiToken:
    return _of(seat).filter(ended_at=None, until__gt=now)


def _read(row: ApiToken, now: datetime) -> TokenRead:
    return TokenRead(
        number=row.pk,
        name=row.name,
        ending=row.ending,
        officer=row.officer_id,
        officer_name=row.officer.name,
        scopes=tuple(row.scopes),
        made_at=row.made_at,
        until=row.until,
        last_used_at=row.last_used_at,
        ended_at=row.ended_at,
        live=row.ended_at is None and row.until > now and row.officer.is_active,
    )
