"""How does a mail leave this machine, and how is the mailbox read? Submission by SMTP, reading by IMAP.

Invariants: certificates are checked against the machine's authorities or those the operator named, whatever the server
says; without TLS the server is on this machine; the mailbox is opened for reading only, so no flag changes and nothing
is deleted; the password is read from its file each time and never logged.
"""

from __future__ import annotations

import imaplib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from liaison.errors import UnreachableError, UsageError
from liaison.messages.mail.mailbox import FetchedBytes, MailPlace

Security = Literal["tls", "starttls", "none"]
SECONDS = 30.0
HEADER = 1 << 16
"""So much of the header of a mail that is too large; nobody's is longer."""
PORTS = {"smtp": {"tls": 465, "starttls": 587, "none": 25}, "imap": {"tls": 993, "starttls": 143, "none": 143}}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAccess:
    """Where the servers are, as HOST or HOST:PORT, and how they are spoken to (`[mail]` in the configuration)."""

    smtp: str
    imap: str
    security: Security = "tls"
    authorities: str = ""
    login: str = ""
    password_file: str = ""


@dataclass(frozen=True, slots=True)
class _Server:
    host: str
    port: int


class MailServer:
    """A `MailCarrier` over SMTP and IMAP."""

    def __init__(self, config: MailAccess) -> None:
        """Raises UsageError for a server without TLS that is not on this machine."""
        self._config = config
        self._smtp = _server(config, "smtp", config.smtp)
        self._imap = _server(config, "imap", config.imap)

    def send(self, sender: str, recipient: str, mail: bytes) -> None:
        """Hand a mail over. Raises UnreachableError, permanent where the server refused for good."""
        try:
            with closing(self._submit()) as server:
                if self._config.login:
                    server.login(self._config.login, self._password())
                server.sendmail(sender, [recipient], mail)
                # The server has it: what it says to the farewell, if anything, changes nothing.
                with suppress(OSError, smtplib.SMTPException):
                    server.docmd("QUIT")
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[recipient]
            raise _refused(code, said) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise UnreachableError("mail-server-not-reached", reason=type(error).__name__) from error

    def fetch(self, after: MailPlace, *, most: int, largest: int) -> Iterator[FetchedBytes]:
        """What lies in the mailbox after a place. Raises UnreachableError."""
        try:
            with self._open() as box:
                yield from _read(box, after, most=most, largest=largest)
        except (OSError, imaplib.IMAP4.error) as error:
            raise UnreachableError("mailbox-not-reached", reason=type(error).__name__) from error

    def _submit(self) -> smtplib.SMTP:
        at = self._smtp
        if self._config.security == "tls":
            return smtplib.SMTP_SSL(at.host, at.port, timeout=SECONDS, context=self._tls())
        server = smtplib.SMTP(at.host, at.port, timeout=SECONDS)
        with ExitStack() as undo:
            undo.callback(server.close)
            if self._config.security == "starttls":
                server.starttls(context=self._tls())
            undo.pop_all()
        return server

    def _open(self) -> imaplib.IMAP4:
        at = self._imap
        if self._config.security == "tls":
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(at.host, at.port, ssl_context=self._tls(), timeout=SECONDS)
        else:
            box = imaplib.IMAP4(at.host, at.port, timeout=SECONDS)
        with ExitStack() as undo:
            undo.callback(box.shutdown)
            if self._config.security == "starttls":
                box.starttls(self._tls())
            if self._config.login:
                box.login(self._config.login, self._password())
            undo.pop_all()
        return box

    def _tls(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._config.authorities or None)
        except OSError as error:
            raise UnreachableError("mail-server-not-reached", reason="authorities not readable") from error

    def _password(self) -> str:
        return Path(self._config.password_file).read_text(encoding="utf-8").strip()


def _read(box: imaplib.IMAP4, after: MailPlace, *, most: int, largest: int) -> Iterator[FetchedBytes]:
    _good(box.select("INBOX", readonly=True))
    validity = int((box.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
    first = after.uid + 1 if validity == after.validity else 1
    found = _good(box.uid("SEARCH", "UID", f"{first}:*"))[0] or b""
    # "n:*" always names the last mail, also where that is an older one.
    numbers = sorted(number for each in bytes(found).split() if (number := int(each)) >= first)
    for number in numbers[:most]:
        whole = _size(box, number) <= largest
        what = f"(BODY.PEEK[]<0.{largest}>)" if whole else f"(BODY.PEEK[HEADER]<0.{min(largest, HEADER)}>)"
        answer = _good(box.uid("FETCH", str(number), what))
        data = next((bytes(each[1]) for each in answer if isinstance(each, tuple)), b"")
        yield FetchedBytes(MailPlace(validity, number), data, whole)


def _size(box: imaplib.IMAP4, number: int) -> int:
    answer = _good(box.uid("FETCH", str(number), "(RFC822.SIZE)"))
    for each in answer:
        found = re.search(rb"RFC822\.SIZE (\d{1,12})", each if isinstance(each, bytes) else each[0])
        if found:
            return int(found.group(1))
    raise UnreachableError("mailbox-not-reached", reason="no size")


def _good(answer: tuple[str, list]) -> list:  # type: ignore[type-arg]
    if answer[0] != "OK":
        raise UnreachableError("mailbox-not-reached", reason=answer[0][:40])
    return answer[1]


def _refused(code: int, said: bytes | str) -> UnreachableError:
    """A code of 500 and more is final, all others may pass."""
    with suppress(AttributeError):
        said = said.decode("utf-8", "replace")  # type: ignore[union-attr]
    return UnreachableError("mail-refused", permanent=code >= 500, status=code, said=_plain(str(said)))


def _plain(said: str) -> str:
    """A server's words on one line, without what could steer a screen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in said).split())[:80]


def _server(config: MailAccess, kind: str, named: str) -> _Server:
    host, colon, port = named.rpartition(":") if re.search(r":\d+$", named) else (named, "", "")
    if config.security == "none" and not _on_this_machine(host):
        raise UsageError("mail-needs-tls", host=host)
    return _Server(host.strip("[]"), int(port) if colon else PORTS[kind][config.security])


def _on_this_machine(host: str) -> bool:
    try:
        return host in ("", "localhost") or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
