"""Somebody who has GnuPG and a mailbox, and nothing of ours.

with correspondent("duty@csirt.xd.example") as peer:
    peer.certificate                      what they publish
    peer.import_(certificate)             they take ours
    peer.reply(…)                         signed, encrypted and compressed, as gpg does unless told otherwise
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from tests.parts import needs


@dataclass
class Correspondent:
    """One GnuPG home."""

    program: str
    home: Path
    mailbox: str

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        base = [self.program, "--homedir", str(self.home), "--batch", "--yes", "--trust-model", "always"]
        done = subprocess.run([*base, *arguments], input=data, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @property
    def certificate(self) -> bytes:
        return self.run("--armor", "--export", self.mailbox)

    def import_(self, certificate: bytes) -> None:
        self.run("--import", data=certificate)

    def forget(self, mailbox: str) -> None:
        """Drop the certificates of a mailbox, so that the next one is the only one."""
        subprocess.run(
            [self.program, "--homedir", str(self.home), "--batch", "--yes", "--delete-keys", mailbox],
            capture_output=True,
        )

    def make_key(self, mailbox: str, algorithm: str = "future-default") -> None:
        self.run("--passphrase", "", "--quick-generate-key", f"Duty desk <{mailbox}>", algorithm, "default", "never")

    def seal(self, data: bytes, to: str, *options: str, signer: str = "") -> bytes:
        """Signed and encrypted, with GnuPG's own ideas of compression."""
        arguments = ("--sign", "--local-user", signer or self.mailbox, "--encrypt", "--recipient", to, "--armor")
        return self.run(*arguments, *options, data=data)

    def open(self, data: bytes) -> bytes:
        return self.run("--decrypt", data=data)


def entity(text: str, *, subject: str = "", files: dict[str, bytes] | None = None) -> bytes:
    """What a mail program signs: a MIME part."""
    part = EmailMessage(policy=SMTP)
    if subject:
        part["Subject"] = subject
    part.set_content(text)
    for name, data in (files or {}).items():
        part.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return part.as_bytes()


def encrypted_mail(sealed: bytes, **headers: str) -> bytes:
    """The PGP/MIME mail around it (RFC 3156)."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["MIME-Version: 1.0", 'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";']
    lines += [' boundary="=-edge"', "", "--=-edge", "Content-Type: application/pgp-encrypted", "", "Version: 1", ""]
    lines += ["--=-edge", "Content-Type: application/octet-stream", "", sealed.decode(), "--=-edge--", ""]
    return "\r\n".join(lines).encode()


def signed_mail(peer: Correspondent, part: bytes, **headers: str) -> bytes:
    """A multipart/signed mail (RFC 3156)."""
    part = part.rstrip(b"\r\n")
    signature = peer.run("--detach-sign", "--armor", "--local-user", peer.mailbox, data=part)
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head += 'MIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=pgp-sha512; boundary="=-edge";\r\n'
    head += ' protocol="application/pgp-signature"\r\n\r\n--=-edge\r\n'
    tail = b"\r\n--=-edge\r\nContent-Type: application/pgp-signature\r\n\r\n" + signature + b"\r\n--=-edge--\r\n"
    return head.encode() + part + tail


@contextmanager
def correspondent(mailbox: str, *more: str) -> Iterator[Correspondent]:
    """A fresh home with a key for each mailbox; its agent ends with it."""
    program = needs("gpg")
    home = Path(tempfile.mkdtemp(prefix="gpg-", dir="/tmp"))
    home.chmod(0o700)
    peer = Correspondent(program, home, mailbox)
    try:
        for each in (mailbox, *more):
            peer.make_key(each)
        yield peer
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], capture_output=True, timeout=30)
        shutil.rmtree(home, ignore_errors=True)
