"""How does an officer sign in with a passkey? WebAuthn level 2, checked by python-fido2 against the pages' own address.

    site = Site.at("https://desk.example")
    begin_passkey(node, officer, site, challenge)            what the browser's `credentials.create` is asked
    add_passkey(node, officer, site, Answer(challenge, at, reply), name="Security key")
    ask_passkey(site, challenge)                             what `credentials.get` is asked: no login is named
    sign_in_with(node, site, Answer(challenge, at, reply))   the officer whose passkey answered

Invariants:
- The origin is exactly the address of the pages, the RP ID its host; the authenticator must have verified the person.
- A challenge is good for five minutes and, once answered, not again: it must be younger than the passkey's last use.
- A counter that does not grow means a copy of the key, and is refused (passkeys that are synchronised count nothing).
- Whatever is wrong, the words are the same (`sign-in-refused`); attestation is not asked for, so no make is told.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from liaison.errors import UsageError
from liaison.node.models import Officer, Passkey
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import catching_up, reading, unit_of_work

GOOD_FOR = timedelta(minutes=5)
CHALLENGE = 32
NAME, REPLY = 64, 16_384
PASSKEYS = 10
BROKEN = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RuntimeError,
    struct.error,
)
"""What python-fido2 raises for replies that are not what a browser sends."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys of this node hold: the origin of its pages and the host in it."""

    origin: str
    host: str

    @classmethod
    def at(cls, url: str) -> Site:
        """The site of the pages at an address."""
        parts = urlsplit(url)
        return cls(f"{parts.scheme}://{parts.netloc}", parts.hostname or "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser replied (JSON) to a challenge that was given at an instant."""

    challenge: bytes
    at: datetime
    reply: str


def begin_passkey(node: Node, officer: Officer, site: Site, challenge: bytes) -> Mapping[str, Any]:
    """The options of `credentials.create`, in JSON's terms."""
    with reading(node):
        have = [_data(row) for row in Passkey.objects.filter(officer=officer)]
    user = PublicKeyCredentialUserEntity(id=str(officer.pk).encode(), name=officer.login, display_name=officer.name)
    options, _ = _server(site).register_begin(
        user,
        have,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
        challenge=challenge,
    )
    return dict(options)


def add_passkey(node: Node, officer: Officer, site: Site, answer: Answer, *, name: str) -> None:
    """Keep the passkey that the browser made. Raises UsageError."""
    reply = _reply(node, answer)
    try:
        made: Any = _server(site).register_complete(_state(_server(site), answer), reply).credential_data
        digest = hashlib.sha256(made.credential_id).hexdigest()
    except BROKEN:
        raise UsageError("passkey-not-made") from None
    with unit_of_work(node):
        taken = Passkey.objects.filter(credential_hash=digest).exists()
        if taken or Passkey.objects.filter(officer=officer).count() >= PASSKEYS:
            raise UsageError("passkey-not-made")
        Passkey.objects.create(
            officer=officer,
            name=name.strip()[:NAME] or "Passkey",
            credential_hash=digest,
            credential=bytes(made),
            created_at=node.clock.now(),
        )
        note(node, "passkey-added", officer=officer.pk, subject=str(officer.pk))


def ask_passkey(site: Site, challenge: bytes) -> Mapping[str, Any]:
    """The options of `credentials.get`, in JSON's terms; any passkey of this site may answer."""
    verified = UserVerificationRequirement.REQUIRED
    return dict(_server(site).authenticate_begin(user_verification=verified, challenge=challenge)[0])


def sign_in_with(node: Node, site: Site, answer: Answer) -> Officer:
    """The officer whose passkey answered the challenge. Raises UsageError."""
    reply = _reply(node, answer)
    with catching_up(), unit_of_work(node):
        row = _asked_for(reply)
        try:
            _server(site).authenticate_complete(_state(_server(site), answer), [_data(row)], reply)
            uses = AuthenticationResponse.from_dict(reply).response.authenticator_data.counter
        except BROKEN:
            raise UsageError("sign-in-refused") from None
        stale = row.last_used_at is not None and answer.at <= row.last_used_at
        copied = (uses or row.uses) and uses <= row.uses
        if stale or copied or not row.officer.is_active:
            raise UsageError("sign-in-refused")
        Passkey.objects.filter(pk=row.pk).update(uses=uses, last_used_at=node.clock.now())
    officer: Officer = row.officer
    return officer


def _asked_for(reply: Mapping[str, Any]) -> Passkey:
    try:
        digest = hashlib.sha256(AuthenticationResponse.from_dict(reply).raw_id).hexdigest()
    except BROKEN:
        raise UsageError("sign-in-refused") from None
    row = Passkey.objects.select_related("officer").filter(credential_hash=digest).first()
    if row is None:
        raise UsageError("sign-in-refused")
    return row


def _reply(node: Node, answer: Answer) -> Mapping[str, Any]:
    """The browser's reply, if the challenge is still good and the reply is an object of bounded size."""
    if not answer.at <= node.clock.now() < answer.at + GOOD_FOR or len(answer.reply) > REPLY:
        raise UsageError("sign-in-refused")
    try:
        found = json.loads(answer.reply)
    except (ValueError, RecursionError):
        raise UsageError("sign-in-refused") from None
    if not isinstance(found, dict):
        raise UsageError("sign-in-refused")
    return found


def _state(server: Fido2Server, answer: Answer) -> Any:
    verified = UserVerificationRequirement.REQUIRED
    return server.authenticate_begin(user_verification=verified, challenge=answer.challenge)[1]


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(name="Liaison", id=site.host)
    return Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)


def _data(row: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(row.credential))
