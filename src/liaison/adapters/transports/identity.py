"""How is the identity provider of an authority asked? HTTPS to its address, checked against the machine's authorities.

Invariants: https only; no redirect is followed; an answer is at most 256 KiB and waited for ten seconds; the client's
secret is read from its file each time, goes to the token endpoint only, and is never logged.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from liaison.errors import UnreachableError

MOST, SECONDS = 256 << 10, 10.0
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


class HttpsIdentity:
    """An `IdentityLink` over the network."""

    def __init__(self, secret_file: Path) -> None:
        self._secret_file = secret_file

    def ask(self, url: str, form: Mapping[str, str] | None = None) -> bytes:
        """What the provider answers. Raises UnreachableError."""
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise UnreachableError("identity-not-reached", reason="no https")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port or 443, timeout=SECONDS, context=ssl.create_default_context()
        )
        try:
            if form is None:
                connection.request("GET", path or "/", headers={"Accept": "application/json"})
            else:
                secret = self._secret_file.read_text(encoding="utf-8").strip()
                connection.request("POST", path, urlencode({**form, "client_secret": secret}), FORM)
            answer = connection.getresponse()
            data = answer.read(MOST + 1)
        except (OSError, http.client.HTTPException) as error:
            raise UnreachableError("identity-not-reached", reason=type(error).__name__) from error
        finally:
            connection.close()
        if answer.status != 200 or len(data) > MOST:
            raise UnreachableError("identity-not-reached", reason=f"status {answer.status}")
        return data
