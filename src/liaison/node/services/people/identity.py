"""How does an identity provider of the authority sign an officer in? OpenID Connect, code flow with PKCE and nonce.

    url = ask_provider(node, flow)                 where the browser goes
    officer = told_by_provider(node, flow, code)   whom the provider names; raises UsageError("sign-in-refused")

Invariants:
- The provider never makes an officer: its claim must name exactly one who is there, by the mail address (verified) or
  the login that an administrator entered.
- The token comes from the token endpoint itself over checked TLS (OpenID Connect Core §3.1.3.7, 6), and its issuer,
  audience, time and nonce are checked; to confirm who somebody is, the provider must have asked them just now.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from liaison.errors import UnreachableError, UsageError
from liaison.node.models import Officer
from liaison.node.node import Node
from liaison.node.unit_of_work import reading

FRESH_SECONDS, SKEW_SECONDS = 300, 60
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
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": flow.redirect,
        "client_id": node.config.oidc.client_id,
        "code_verifier": flow.verifier,
    }
    answer = _object(_ask(node, _endpoint(_discover(node), "token_endpoint"), form))
    claims = _claims(str(answer.get("id_token", "")))
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
    named: dict[str, Any] = {"login": claims.get("preferred_username", "")}
    if node.config.oidc.claim == "email":
        named = {"email__iexact": claims.get("email", "")} if claims.get("email_verified") is True else {}
    name = next(iter(named.values()), "")
    with reading(node):
        found = list(Officer.objects.filter(is_active=True, **named)[:2]) if name and isinstance(name, str) else []
    if len(found) != 1:
        raise UsageError("sign-in-refused")
    return found[0]


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


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        return _object(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, UnreachableError):
        raise UsageError("sign-in-refused") from None


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
