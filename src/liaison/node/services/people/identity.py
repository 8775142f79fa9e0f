"""How does an identity provider of the authority sign an officer in? OpenID Connect, code flow with PKCE and nonce.

    url = ask_provider(node, flow)                 where the browser goes
    officer = told_by_provider(node, flow, code)   whom the provider names; raises UsageError

Invariants:
- The provider never makes an officer: the first time its claim must name exactly one who is there, by the mail address
  (verified) or the login that an administrator entered. From then on the officer is the account (issuer and subject)
  that signed in then, whatever addresses or logins the provider gives to whom.
- The token is signed by a key of the provider's set, and its issuer, audience, time and nonce are checked; to confirm
  who somebody is, the provider must have asked them just now.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from liaison.errors import MalformedError, UnreachableError, UsageError, VerificationError
from liaison.keys.jws import verify_token
from liaison.node.models import Officer, ProviderAccount
from liaison.node.node import Node
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import catching_up, unit_of_work

FRESH_SECONDS, SKEW_SECONDS = 300, 60
LONGEST_SUBJECT = 255  # As OpenID Connect Core has it.
DISCOVERY = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Flow:
    """One way there and back: where to return, and three random texts that only this browser's session has."""

    redirect: str
    state: str
    nonce: str
    verifier: str
    again: bool = False


def ask_provider(node: Node, flow: Flow) -> str:
    """The address at the provider. Raises UnreachableError."""
    digest = hashlib.sha256(flow.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": node.config.oidc.client_id,
        "redirect_uri": flow.redirect,
        "scope": "openid email profile",
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    asked |= {"prompt": "login", "max_age": str(FRESH_SECONDS)} if flow.again else {}
    return f"{_endpoint(_discover(node), 'authorization_endpoint')}?{urlencode(asked)}"


def told_by_provider(node: Node, flow: Flow, code: str) -> Officer:
    """The officer the provider names for this code. Raises UsageError, UnreachableError."""
    if not code:  # They pressed cancel there, or it refused them: nothing is left to ask about.
        raise UsageError("sign-in-refused")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": flow.redirect,
        "client_id": node.config.oidc.client_id,
        "code_verifier": flow.verifier,
    }
    found = _discover(node)
    answer = _object(_ask(node, _endpoint(found, "token_endpoint"), form))
    claims = _claims(str(answer.get("id_token", "")), _ask(node, _endpoint(found, "jwks_uri")))
    if not _holds(node, flow, claims):
        raise UsageError("sign-in-refused")
    return _officer(node, claims)


def comes_by_provider(node: Node, officer: Officer) -> bool:
    """Whether the provider of this node can name the officer, so that they need no invitation."""
    oidc = node.config.oidc
    return bool(oidc.issuer) and (oidc.claim != "email" or bool(officer.email))


def _holds(node: Node, flow: Flow, claims: dict[str, Any]) -> bool:
    now, oidc = node.clock.now().timestamp(), node.config.oidc
    client = oidc.client_id
    meant = claims.get("aud") in (client, [client]) and claims.get("azp", client) == client
    asked_now = not flow.again or now - _number(claims, "auth_time") <= FRESH_SECONDS + SKEW_SECONDS
    return (
        claims.get("iss") == oidc.issuer
        and meant
        and claims.get("nonce") == flow.nonce
        and _number(claims, "exp") > now - SKEW_SECONDS
        and asked_now
    )


def _officer(node: Node, claims: dict[str, Any]) -> Officer:
    """The officer whose account it is; the one it names, where the account is new and the officer has none yet."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise UsageError("sign-in-refused")
    account = {"issuer": node.config.oidc.issuer, "subject": subject}
    with catching_up(), unit_of_work(node):
        known = ProviderAccount.objects.select_related("officer").filter(**account).first()
        if known is not None and known.officer.is_active:
            return known.officer
        named = _named(node, claims) if known is None else []
        if len(named) != 1 or ProviderAccount.objects.filter(officer=named[0]).exists():
            raise UsageError("identity-names-nobody")
        officer = named[0]
        ProviderAccount.objects.create(officer=officer, since=node.clock.now(), **account)
        note(node, "provider-account-known", officer=officer.pk, subject=str(officer.pk))
        return officer


def _named(node: Node, claims: dict[str, Any]) -> list[Officer]:
    """Whom the configured claim names; two at most."""
    named: dict[str, Any] = {"login": claims.get("preferred_username", "")}
    if node.config.oidc.claim == "email":
        named = {"email__iexact": claims.get("email", "")} if claims.get("email_verified") is True else {}
    name = next(iter(named.values()), "")
    return list(Officer.objects.filter(is_active=True, **named)[:2]) if name and isinstance(name, str) else []


def _discover(node: Node) -> dict[str, Any]:
    issuer = node.config.oidc.issuer
    found = _object(_ask(node, issuer.rstrip("/") + DISCOVERY))
    if found.get("issuer") != issuer:
        raise UnreachableError("identity-not-reached", reason="another issuer")
    return found


def _ask(node: Node, url: str, form: dict[str, str] | None = None) -> bytes:
    if node.identity is None:
        raise UsageError("identity-none")
    return node.identity.ask(url, form)


def _endpoint(found: dict[str, Any], name: str) -> str:
    url = found.get(name)
    if not isinstance(url, str) or not url.startswith("https://"):
        raise UnreachableError("identity-not-reached", reason=name)
    return url


def _claims(token: str, key_set: bytes) -> dict[str, Any]:
    try:
        return _object(verify_token(token, key_set))
    except (MalformedError, VerificationError, UnreachableError) as error:
        raise UsageError("sign-in-refused") from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UnreachableError("identity-not-reached", reason="not JSON")
    return found


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
