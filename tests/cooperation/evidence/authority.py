"""Who stamps in these tests? A time-stamping authority (RFC 3161) of their own, made from `openssl ts`.

tsa = Authority(tmp_path)
tsa.answer(question)          the DER of its answer
tsa.pem                       the certificate above its own, which a reader trusts
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.parts import needs

CONFIG = """
[req]
distinguished_name = name
prompt = no
x509_extensions = root
[name]
CN = Authorities of the tests
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """One key under one root, an answer to every question."""

    def __init__(self, folder: Path) -> None:
        self._openssl, self._folder = needs("openssl"), folder
        folder.mkdir(exist_ok=True)
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        fresh = ("-config", "tsa.cnf", "-newkey", "rsa:2048", "-nodes")
        self._run("req", "-x509", *fresh, "-days", "7300", "-keyout", "root.key", "-out", "root.pem")
        self._run("req", *fresh, "-subj", "/CN=Time of the tests", "-keyout", "tsa.key", "-out", "tsa.csr")
        under = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "7300")
        self._run(
            "x509", "-req", "-in", "tsa.csr", *under, "-extfile", "tsa.cnf", "-extensions", "tsa", "-out", "tsa.pem"
        )
        self.certificate = folder / "root.pem"

    @property
    def pem(self) -> bytes:
        return self.certificate.read_bytes()

    def answer(self, question: bytes) -> bytes:
        """The answer to a question, DER."""
        (self._folder / "question").write_bytes(question)
        signing = ("-config", "tsa.cnf", "-section", "tsa_config", "-signer", "tsa.pem", "-inkey", "tsa.key")
        self._run("ts", "-reply", "-queryfile", "question", *signing, "-out", "answer")
        return (self._folder / "answer").read_bytes()

    def _run(self, *words: str) -> None:
        subprocess.run([self._openssl, *words], cwd=self._folder, check=True, capture_output=True)
