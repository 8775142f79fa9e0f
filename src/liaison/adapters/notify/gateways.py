"""How is an officer told by text message, telephone, Signal or one of a hundred more? By one URL of the operator.

    twilio://ACCOUNT:TOKEN@FROM/{to}        in a file of its own; `{to}` is the officer's address

Invariants (docs/operating/notifications.md): the URL is read from its file each time, is never kept, shown or logged,
and neither is the address; what an officer typed is quoted, so that it stays inside the place that the operator gave
it; `apprise` is imported when something is sent, because it is an extra.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from urllib.parse import quote

from liaison.duty.notices import Notice
from liaison.errors import UnreachableError, UsageError

ADDRESS = re.compile(r"[A-Za-z0-9@+#!:._-]{1,200}")
TO = "{to}"


class GatewayNotices:
    """A provider whose URL stands in a file."""

    def __init__(self, channel: str, url_file: Path) -> None:
        self._channel, self._file = channel, url_file

    def check(self, address: str) -> str:
        """An address without spaces, brackets and dashes of telephone numbers. Raises UsageError."""
        found = address.strip()
        if found.startswith("+"):
            found = re.sub(r"[ ()/.-]", "", found)
        if not ADDRESS.fullmatch(found):
            raise UsageError("method-address", channel=self._channel)
        return found

    def tell(self, address: str, notice: Notice) -> None:
        """Hand the words to the gateway. Raises UnreachableError."""
        try:
            import apprise
        except ImportError:
            raise UnreachableError("notify-extra-missing") from None
        for name in ("apprise", "urllib3", "requests"):  # They name addresses.
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        asset = apprise.AppriseAsset(
            app_id="Liaison", app_desc="Liaison", app_url="", async_mode=False, storage_mode="memory"
        )
        found = apprise.Apprise(asset=asset)
        if not found.add(self._url().replace(TO, quote(address, safe=""))):
            raise UnreachableError("notice-refused", permanent=True)
        if not found.notify(title=notice.subject, body=notice.text, body_format=apprise.NotifyFormat.TEXT):
            raise UnreachableError("notice-not-taken")

    def _url(self) -> str:
        try:
            text = self._file.read_text(encoding="utf-8").strip()
        except OSError:
            raise UnreachableError("notify-url-not-readable", channel=self._channel) from None
        if TO not in text:
            raise UnreachableError("notify-url-not-readable", channel=self._channel)
        return text
