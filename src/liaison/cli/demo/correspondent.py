"""Who is the desk that has only OpenPGP and a mailbox? Real `gpg` where it is installed, else our library, another key.

    peer = find_correspondent("duty@csirt.xd.example")
    peer.tool.name                              which of the two, as the step says it
    peer.tool.certificate(), .fingerprint()     what it publishes and reads out; .take(ours); .close() at the end
    peer.open(mail)                             the entity inside our mail
    peer.reply(mail, text, to=…, number=1)      signed, encrypted, in the thread: what a person pastes into a reply

Invariants: `gpg` runs in a home of its own that ends with the demonstration; of the person's own keys nothing is read.
"""

from __future__ import annotations

import email
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

from liaison.cli.demo.places import StepFailed

SECONDS = 60
LARGEST = 1 << 24


class OpenPgpTool(Protocol):
    """What a desk's OpenPGP program does."""

    name: str

    def certificate(self) -> bytes: ...
    def fingerprint(self) -> str: ...
    def take(self, certificate: bytes) -> None: ...
    def seal(self, text: bytes, to: str) -> bytes: ...
    def open(self, data: bytes) -> bytes: ...
    def close(self) -> None: ...


class Gpg:
    """GnuPG with a fresh home. Its sockets need a short path, so the home is not in the demonstration's folder."""

    def __init__(self, program: str, mailbox: str) -> None:
        self._program, self._mailbox = program, mailbox
        self._home = Path(tempfile.mkdtemp(prefix="gpg-"))
        self.name = self._run("--version").decode().partition("\n")[0]
        self._run("--passphrase", "", "--quick-generate-key", f"Duty desk <{mailbox}>", "future-default", "default",
                  "never")  # fmt: skip

    def certificate(self) -> bytes:
        """What it publishes."""
        return self._run("--armor", "--export", self._mailbox)

    def fingerprint(self) -> str:
        """As `gpg --fingerprint` prints it."""
        rows = self._run("--with-colons", "--fingerprint", self._mailbox).decode().splitlines()
        digits = next(row.split(":")[9] for row in rows if row.startswith("fpr:"))
        return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

    def take(self, certificate: bytes) -> None:
        """Import another desk's certificate."""
        self._run("--import", data=certificate)

    def seal(self, text: bytes, to: str) -> bytes:
        """Signed and encrypted, with GnuPG's own ideas of compression."""
        return self._run("--armor", "--sign", "--local-user", self._mailbox, "--encrypt", "--recipient", to, data=text)

    def open(self, data: bytes) -> bytes:
        """What was encrypted to it."""
        return self._run("--decrypt", data=data)

    def close(self) -> None:
        """End its agent and remove its home."""
        subprocess.run(["gpgconf", "--homedir", str(self._home), "--kill", "all"], capture_output=True, timeout=SECONDS)
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, *arguments: str, data: bytes = b"") -> bytes:
        base = [self._program, "--homedir", str(self._home), "--batch", "--yes", "--trust-model", "always"]
        done = subprocess.run([*base, *arguments], input=data, capture_output=True, timeout=SECONDS)
        if done.returncode != 0:
            raise StepFailed(f"gpg {' '.join(arguments)}\n  {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


class OwnLibrary:
    """The library of this program with another key, where no `gpg` is installed."""

    name = "no gpg on this machine: this program's own OpenPGP library, with a key of its own"

    def __init__(self, mailbox: str) -> None:
        from liaison.keys.openpgp.private import OpenPgpKey

        self._key = OpenPgpKey.generate(f"Duty desk <{mailbox}>")
        self._theirs = self._key.certificate

    def certificate(self) -> bytes:
        """What it publishes."""
        return self._key.certificate.data

    def fingerprint(self) -> str:
        """In groups, as it is read out."""
        return self._key.certificate.groups

    def take(self, certificate: bytes) -> None:
        """Keep another desk's certificate."""
        from liaison.keys.openpgp.certificates import read_certificate

        self._theirs = read_certificate(certificate)

    def seal(self, text: bytes, to: str) -> bytes:
        """Signed and encrypted to the certificate that was taken."""
        return self._key.seal(text, self._theirs)

    def open(self, data: bytes) -> bytes:
        """What was encrypted to it."""
        opened = self._key.open(data, self._theirs, limit=LARGEST)
        if opened.signer is None:
            raise StepFailed("the mail bears no good signature by the key that was taken")
        return opened.text

    def close(self) -> None:
        """There is nothing to end."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A person at a desk that has a mailbox and an OpenPGP program, and nothing of ours."""

    mailbox: str
    tool: OpenPgpTool = field(repr=False)

    def open(self, mail: bytes) -> EmailMessage:
        """What our mail says, once decrypted. Raises `StepFailed` for a mail that is not encrypted."""
        for part in _parsed(mail).walk():
            if part.get_content_type() == "application/octet-stream":
                sealed = part.get_payload(decode=True)
                return _parsed(self.tool.open(sealed if isinstance(sealed, bytes) else b""))
        raise StepFailed("the mail in the correspondent's mailbox is not encrypted")

    def reply(self, mail: bytes, text: str, *, to: str, number: int) -> bytes:
        """What the person's mail program sends: the output of the OpenPGP program, pasted into a reply."""
        ours, answer = _parsed(mail), EmailMessage(policy=SMTP)
        answer["From"], answer["To"] = self.mailbox, to
        answer["Subject"] = f"Re: {ours['Subject']}"
        answer["Message-ID"] = f"<{number}@{self.mailbox.partition('@')[2]}>"
        answer["In-Reply-To"] = ours["Message-ID"]
        answer.set_content(self.tool.seal(text.encode(), to).decode())
        return answer.as_bytes()


def find_correspondent(mailbox: str) -> Correspondent:
    """The desk, with `gpg` if this machine has it."""
    program = shutil.which("gpg")
    return Correspondent(mailbox, Gpg(program, mailbox) if program else OwnLibrary(mailbox))


def _parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=SMTP)
