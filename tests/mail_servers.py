"""A mail server as authorities have it, on the loopback address: submission by aiosmtpd, the mailboxes by Dovecot.

    with mail_servers(tmp_path) as servers:
        MailServer(servers.access)             TLS, and the password in a file
        servers.deliver(mailbox, data)         what another server would bring

Invariants: both are private to the test and end with it; nothing listens beyond 127.0.0.1.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from liaison.adapters.mail.server import MailAccess
from tests.parts import needs

PASSWORD = "correct horse"
DOVECOT = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{home}/cert.pem
ssl_key = <{home}/key.pem
mail_location = maildir:{home}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/user/%u
}}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 0
first_valid_gid = 0
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {port}
  }}
}}
"""


@dataclass
class Servers:
    """What runs, and what was refused or taken."""

    home: Path
    smtp_port: int = 0
    imap_port: int = 0
    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    farewell: str = "221 Bye"
    count: int = 0

    @property
    def access(self) -> MailAccess:
        return MailAccess(
            smtp=f"localhost:{self.smtp_port}",
            imap=f"localhost:{self.imap_port}",
            authorities=str(self.home / "cert.pem"),
            login="desk",
            password_file=str(self.home / "password"),
        )

    def deliver(self, login: str, data: bytes) -> None:
        """Put a mail into a mailbox, as delivery does."""
        folder = self.home / "mail" / login
        self.count += 1
        path = folder / "tmp" / f"{self.count:06d}.test"
        path.write_bytes(data)
        os.chown(path, *_nobody()[2:])
        path.rename(folder / "new" / path.name)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return self.farewell

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 taken"


def _nobody() -> tuple[str, str, int, int]:
    """Who the servers run as: nobody where that can be chosen, else this user."""
    if os.getuid() == 0:
        user, group = pwd.getpwnam("nobody"), grp.getgrnam("nogroup")
        return user.pw_name, group.gr_name, user.pw_uid, group.gr_gid
    return pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name, os.getuid(), os.getgid()


def make_certificate(home: Path) -> None:
    """A certificate for localhost that vouches for itself, with its key, in a folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(1), now + timedelta(2)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (home / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home / "key.pem").write_bytes(key.private_bytes(*plain))


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


@contextmanager
def mail_servers(*logins: str) -> Iterator[Servers]:
    """The servers, with a mailbox for each login and one for `desk`."""
    program = needs("dovecot")
    home = Path(tempfile.mkdtemp(prefix="mail-", dir="/tmp"))
    servers = Servers(home, imap_port=_free_port())
    user, group, uid, gid = _nobody()
    try:
        home.chmod(0o755)
        make_certificate(home)
        (home / "password").write_text(PASSWORD + "\n")
        (home / "users").write_text("".join(f"{each}:{PASSWORD}\n" for each in ("desk", *logins)))
        (home / "users").chmod(0o644)
        for login in ("desk", *logins):
            for part in ("cur", "new", "tmp"):
                (home / "mail" / login / part).mkdir(parents=True)
        subprocess.run(["chown", "-R", f"{uid}:{gid}", str(home / "mail")], check=True)
        (home / "dovecot.conf").write_text(DOVECOT.format(home=home, port=servers.imap_port, user=user, group=group))
        box = subprocess.Popen([program, "-F", "-c", str(home / "dovecot.conf")], stderr=subprocess.DEVNULL)
        try:
            with _submission(servers):
                _wait_for(servers.imap_port)
                yield servers
        finally:
            box.terminate()
            box.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def submission_server(home: Path) -> Iterator[Servers]:
    """Submission alone, for what only sends."""
    servers = Servers(home)
    make_certificate(home)
    (home / "password").write_text(PASSWORD + "\n")
    with _submission(servers):
        yield servers


@contextmanager
def _submission(servers: Servers) -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import AuthResult

        def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
            return AuthResult(success=(data.login, data.password) == (b"desk", PASSWORD.encode()))

        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(servers.home / "cert.pem", servers.home / "key.pem")
        controller = Controller(
            servers, hostname="127.0.0.1", port=_free_port(), ssl_context=tls,
            authenticator=known, auth_required=True, auth_require_tls=False,
        )  # fmt: skip
        controller.start()
        servers.smtp_port = controller.port
        try:
            yield
        finally:
            controller.stop()
