"""Somebody who has Sequoia's `sq` and a mailbox: a second correspondent that shares no code with GnuPG.

peer = SequoiaPeer(folder, "duty@csirt.xd.example")
peer.certificate, peer.seal(data, certificate), peer.open(data, certificate)

Its key has a subkey that signs, so what it signs is signed by a subkey.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.parts import needs


class SequoiaPeer:
    """A key in a file, and the program that uses it."""

    def __init__(self, folder: Path, mailbox: str) -> None:
        self.program, self.folder, self.mailbox = needs("sq"), folder, mailbox
        self.key = folder / "key.pgp"
        self.run("key", "generate", "--userid", f"Duty desk <{mailbox}>", "--export", str(self.key))

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        done = subprocess.run([self.program, *arguments], input=data, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @property
    def certificate(self) -> bytes:
        return self.run("key", "extract-cert", str(self.key))

    def seal(self, data: bytes, to: bytes, *options: str) -> bytes:
        """Signed and encrypted."""
        return self.run("encrypt", *options, "--recipient-cert", self._file(to), "--signer-key", str(self.key),
                        data=data)  # fmt: skip

    def open(self, data: bytes, signer: bytes) -> bytes:
        """What was encrypted to it, with a good signature by `signer`."""
        return self.run("decrypt", "--recipient-key", str(self.key), "--signer-cert", self._file(signer), data=data)

    def clear(self, text: bytes) -> bytes:
        """A text with a clear signature."""
        return self.run("sign", "--cleartext-signature", "--signer-key", str(self.key), data=text)

    def _file(self, certificate: bytes) -> str:
        path = self.folder / "other.pgp"
        path.write_bytes(certificate)
        return str(path)
