"""Somebody who has RNP, which is the OpenPGP of Thunderbird, and a mailbox: a third correspondent, of a third code.

with rnp_peer("duty@csirt.xd.example") as peer:
    peer.certificate, peer.seal(data, certificate), peer.open(data)

Its certificate names no features, so nothing in it says which containers it opens; it opens none of version 2.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.parts import needs


@dataclass
class RnpPeer:
    """One home of RNP."""

    home: Path
    mailbox: str

    def run(self, program: str, *arguments: str) -> bytes:
        path = Path(needs("rnp")).with_name(program)
        base = [str(path), "--homedir", str(self.home), "--password", ""]
        done = subprocess.run([*base, *arguments], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    @property
    def certificate(self) -> bytes:
        return self.run("rnpkeys", "--export-key", self.mailbox)

    def seal(self, data: bytes, to: bytes, mailbox: str) -> bytes:
        """Signed, compressed and encrypted, as RNP does unless told otherwise."""
        self.run("rnpkeys", "--import", self._file("to.asc", to))
        names = ("--recipient", mailbox, "--userid", self.mailbox)
        options = ("--sign", "--encrypt", "--armor", "--output", "-")
        return self.run("rnp", *options, *names, self._file("plain", data))

    def open(self, data: bytes) -> bytes:
        return self.run("rnp", "--decrypt", "--output", "-", self._file("sealed.asc", data))

    def _file(self, name: str, data: bytes) -> str:
        path = self.home / name
        path.write_bytes(data)
        return str(path)


@contextmanager
def rnp_peer(mailbox: str) -> Iterator[RnpPeer]:
    """A fresh home with a key."""
    peer = RnpPeer(Path(tempfile.mkdtemp(prefix="rnp-", dir="/tmp")), mailbox)
    try:
        peer.run("rnpkeys", "--generate-key", "--userid", f"Duty desk <{mailbox}>", "--s2k-iterations", "1024")
        yield peer
    finally:
        shutil.rmtree(peer.home, ignore_errors=True)
