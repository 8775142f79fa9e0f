"""How does the demonstration's mail travel without a network? A mail server of its own, on this machine only.

    post = PostOffice({"desk@csirt.xc.example": "its password", …}, smtp_port, imap_port)
    post.deliver("desk@csirt.xc.example", data)      post.letters("duty@csirt.xd.example")      post.close()

This is the demonstration's server and nobody else's: no TLS, no disk, no mail beyond its own mailboxes. A node speaks
to it by the same SMTP and IMAP as to a real one.

Invariants:
- it listens on the loopback address only, and takes nothing from who has not signed in;
- of SMTP it knows submission (EHLO, AUTH PLAIN, MAIL, RCPT, DATA), of IMAP reading (LOGIN, EXAMINE, UID SEARCH,
  UID FETCH): nothing in a mailbox can be changed or deleted;
- whatever else it is told, it answers that it does not know it.
"""

from __future__ import annotations

import base64
import binascii
import re
import socketserver
import threading
from collections.abc import Callable, Mapping

import msgspec

from liaison.cli.demo.places import HOST, Place

LONGEST_LINE, LARGEST_MAIL, MOST_RECIPIENTS = 1 << 16, 1 << 24, 16
VALIDITY = 1
SMTP_SAYS = {"EHLO": "250-localhost\r\n250 AUTH PLAIN", "NOOP": "250 here", "QUIT": "221 goodbye"}
_MAILBOX = re.compile(r"<([^<>\s]{3,254})>")
_PARTIAL = re.compile(r"\(BODY\.PEEK\[(HEADER|)\]<([0-9]{1,10})\.([1-9][0-9]{0,9})>\)")
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


def write_mail_section(place: Place, address: str, smtp: int, imap: int, *, password: str) -> None:
    """What the operator writes under `[mail]` in `liaison.toml` (docs/using/mail.md)."""
    from liaison.node.config import Mail, read_config
    from liaison.node.homes import replace_config

    file = place.home.parent / f"{place.home.name}-mail-password"
    file.write_text(password, encoding="utf-8")
    doors = (f"{HOST}:{smtp}", f"{HOST}:{imap}")
    mail = Mail(address, "+999 555 0100", *doors, "none", login=address, password_file=str(file))
    replace_config(place.home, msgspec.structs.replace(read_config(place.home), mail=mail))


class PostOffice:
    """Two doors and the mailboxes behind them, in memory."""

    def __init__(self, passwords: Mapping[str, str], smtp_port: int, imap_port: int) -> None:
        self.passwords = dict(passwords)
        self.boxes: dict[str, list[bytes]] = {mailbox: [] for mailbox in passwords}
        self._lock = threading.Lock()
        self.doors = (_Door(self, smtp_port, _Submission), _Door(self, imap_port, _Reading))
        for door in self.doors:
            threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def deliver(self, mailbox: str, data: bytes) -> None:
        """Put a mail into a mailbox of this server."""
        with self._lock:
            self.boxes[mailbox].append(data)

    def letters(self, mailbox: str) -> list[bytes]:
        """What lies in a mailbox, the oldest first."""
        with self._lock:
            return list(self.boxes[mailbox])

    def close(self) -> None:
        """Listen no more."""
        for door in self.doors:
            door.shutdown()
            door.server_close()


class _Door(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, post: PostOffice, port: int, visit: type[_Visit]) -> None:
        self.post = post
        super().__init__((HOST, port), visit)


class _Visit(socketserver.StreamRequestHandler):
    """One connection: a line, an answer, until the visitor leaves."""

    timeout = 60
    server: _Door

    def setup(self) -> None:
        super().setup()
        self.post = self.server.post
        self.who = ""

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def next_line(self) -> bytes:
        """The next line without its end. Raises EOFError when the visitor has left or writes without end."""
        line = self.rfile.readline(LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise EOFError
        return line.rstrip(b"\r\n")

    def handle(self) -> None:
        try:
            self.greet()
            while self.answer(self.next_line().decode("utf-8", "replace")):
                pass
        except (EOFError, OSError):
            return

    def greet(self) -> None:
        raise NotImplementedError

    def answer(self, line: str) -> bool:
        """Answer one line; whether the visit goes on."""
        raise NotImplementedError


class _Submission(_Visit):
    """SMTP: who has signed in hands over a mail for mailboxes of this server."""

    def greet(self) -> None:
        self._to: list[str] = []
        self.say("220 localhost ESMTP, the demonstration's own")

    def answer(self, line: str) -> bool:
        verb, _, rest = line.partition(" ")
        known: dict[str, Callable[[str], str]] = {
            "AUTH": self._sign_in,
            "MAIL": self._begin,
            "RCPT": self._name,
            "DATA": self._take,
            "RSET": self._begin,
        }
        found = known.get(verb.upper())
        self.say(SMTP_SAYS.get(verb.upper(), "502 not known here") if found is None else found(rest))
        return verb.upper() != "QUIT"

    def _sign_in(self, rest: str) -> str:
        try:
            _, login, password = base64.b64decode(rest.partition(" ")[2], validate=True).decode().split("\0")
        except (binascii.Error, ValueError):
            return "501 AUTH PLAIN with its answer, please"
        if self.post.passwords.get(login) != password:
            return "535 5.7.8 not known by this password"
        self.who = login
        return "235 welcome"

    def _begin(self, _: str) -> str:
        self._to = []
        return "250 well" if self.who else "530 5.7.0 sign in first"

    def _name(self, rest: str) -> str:
        found = _MAILBOX.search(rest)
        if not self.who or found is None or len(self._to) >= MOST_RECIPIENTS:
            return "503 not now"
        if found.group(1) not in self.post.boxes:
            return "550 5.1.1 no such mailbox here"
        self._to.append(found.group(1))
        return "250 well"

    def _take(self, _: str) -> str:
        if not self._to:
            return "503 for whom?"
        self.say("354 until a line with a dot")
        data, size = [], 0
        while (line := self.next_line()) != b".":
            size += len(line) + 2
            if size <= LARGEST_MAIL:
                data.append(line.removeprefix(b"."))
        if size > LARGEST_MAIL:
            return "552 5.3.4 too large"
        for mailbox in self._to:
            self.post.deliver(mailbox, b"\r\n".join(data) + b"\r\n")
        self._to = []
        return "250 taken"


class _Reading(_Visit):
    """IMAP: who has signed in reads the own INBOX."""

    def greet(self) -> None:
        self.say("* OK IMAP4rev1, the demonstration's own")

    def answer(self, line: str) -> bool:
        tag, verb, *words = [quoted or plain for quoted, plain in _WORD.findall(line)] + ["", ""]
        verb, words = verb.upper(), [each for each in words if each]
        known: dict[str, Callable[[str, list[str]], None]] = {
            "CAPABILITY": self._capability,
            "LOGIN": self._sign_in,
            "EXAMINE": self._open,
            "UID": self._uid,
            "LOGOUT": self._leave,
        }
        known.get(verb, self._refuse)(tag, words)
        return verb != "LOGOUT"

    def _refuse(self, tag: str, _: list[str]) -> None:
        self.say(f"{tag} BAD not known here")

    def _capability(self, tag: str, _: list[str]) -> None:
        self.say(f"* CAPABILITY IMAP4rev1\r\n{tag} OK that is all")

    def _leave(self, tag: str, _: list[str]) -> None:
        self.say(f"* BYE goodbye\r\n{tag} OK")

    def _sign_in(self, tag: str, words: list[str]) -> None:
        login, password = (*words, "", "")[:2]
        if self.post.passwords.get(login) != password:
            return self.say(f"{tag} NO not known by this password")
        self.who = login
        return self.say(f"{tag} OK welcome")

    def _open(self, tag: str, words: list[str]) -> None:
        if not self.who or [word.upper() for word in words] != ["INBOX"]:
            return self.say(f"{tag} NO not yours")
        count = len(self.post.letters(self.who))
        self.say(f"* {count} EXISTS\r\n* FLAGS ()\r\n* OK [UIDVALIDITY {VALIDITY}] same as before")
        return self.say(f"{tag} OK [READ-ONLY] open")

    def _uid(self, tag: str, words: list[str]) -> None:
        """Every mail's UID is its number: nothing is ever deleted."""
        letters = self.post.letters(self.who) if self.who else []
        given = [*map(str.upper, words), "", ""]
        verb, rest = given[0], given[1:]
        if verb == "SEARCH" and rest[0] == "UID" and (low := rest[1].removesuffix(":*")).isdecimal():
            # "n:*" names the last mail also where that is an older one, as RFC 9051 has it.
            first = min(int(low), len(letters)) or 1
            found = " ".join(str(number) for number in range(first, len(letters) + 1))
            return self.say(f"* SEARCH {found}".rstrip() + f"\r\n{tag} OK found")
        if verb == "FETCH" and rest[0].isdecimal() and 0 < int(rest[0]) <= len(letters):
            return self._fetch(tag, int(rest[0]), letters[int(rest[0]) - 1], " ".join(rest[1:]).strip())
        return self._refuse(tag, words)

    def _fetch(self, tag: str, number: int, data: bytes, what: str) -> None:
        """The size, or the part of a mail from an octet on, at most so many: an answer names its origin, and past the
        end it is empty (RFC 3501 §6.4.5 and §7.4.2)."""
        if what == "(RFC822.SIZE)":
            self.say(f"* {number} FETCH (UID {number} RFC822.SIZE {len(data)})")
        elif asked := _PARTIAL.fullmatch(what):
            section, origin, most = asked[1], int(asked[2]), int(asked[3])
            whole = data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if section else data
            part = whole[origin : origin + most]
            told = f"* {number} FETCH (UID {number} BODY[{section}]<{origin}> {{{len(part)}}}\r\n"
            self.wfile.write(told.encode() + part + b")\r\n")
        else:
            return self._refuse(tag, [])
        return self.say(f"{tag} OK fetched")
