"""Which real things stand behind a node's ports? The only module that names an adapter.

Invariants: the credential that unlocks the node's keys is a file outside the database (`LIAISON_CREDENTIAL` names it;
without that it is `credential` in the home, which `doctor` warns about).
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path

from liaison.adapters import feeds, lanes
from liaison.adapters.backups.archives import FolderTarget, Source, TarTarget, open_source, open_target
from liaison.adapters.backups.sqlite_copy import copy_sqlite
from liaison.adapters.blobs import FolderBlobStore
from liaison.adapters.clock import SystemClock, SystemEntropy
from liaison.adapters.durable_files import save_chunks, write_durably
from liaison.adapters.folder_files import FolderFiles
from liaison.adapters.keyfiles import FolderKeyVault, decrypt_seed, encrypt_seed
from liaison.adapters.lanes import ProcessLanes
from liaison.adapters.mail.catalogues import FolderCatalogues
from liaison.adapters.mail.server import MailAccess, MailServer
from liaison.adapters.notify.channels import Channels, Provider
from liaison.adapters.notify.gateways import GatewayNotices
from liaison.adapters.notify.mail import MailNotices
from liaison.adapters.notify.push import PushNotices
from liaison.adapters.reports.report_folder import ReportFolder
from liaison.adapters.reports.spool_folder import SpoolFolder
from liaison.adapters.storage import HomeStorage
from liaison.adapters.survey import free_disk, open_to_others, owned_by_others
from liaison.adapters.tiles import FolderTileStore
from liaison.adapters.tls import TlsFiles, certificate_end, create_tls, tls_files, tls_hash
from liaison.adapters.transports.identity import HttpsIdentity
from liaison.adapters.transports.peer import HttpsPeerLink
from liaison.adapters.transports.stamps import HttpStamps
from liaison.adapters.transports.webhooks import HttpWebhooks
from liaison.adapters.waking import PostgresListener, PostgresWaker, SocketListener, SocketWaker, somebody_listens
from liaison.errors import UsageError
from liaison.keys.private import Ed25519Signer
from liaison.keys.public import PublicKey
from liaison.node import homes
from liaison.node.config import Config, credential_path, database_url, default_home, read_config, takes_passkeys
from liaison.node.node import Node
from liaison.node.peering import SignedLink
from liaison.node.ports import NoStamps
from liaison.node.services.care.surroundings import Surroundings

WAKING_NAME = "worker.socket"
PUSH_KEY = hashlib.sha256(b"liaison.push.v1").hexdigest()
"""The name under which the vault keeps the node's key for push services."""


def read_credential(home: Path) -> bytes:
    """The credential. Raises `UsageError` if there is none."""
    path = credential_path(home)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError("credential-missing", path=str(path)) from None


def create_root(path: Path, passphrase: bytes) -> PublicKey:
    """Make a root key in a new file locked by a passphrase; its public half. Raises `UsageError` over another file."""
    if path.exists():
        raise UsageError("file-exists", path=str(path))
    seed = SystemEntropy().draw(32)
    public = Ed25519Signer.from_seed(seed).public
    try:
        write_durably(path, encrypt_seed(public.fingerprint, seed, passphrase, passphrase=True), mode=0o600)
    except OSError as error:
        raise UsageError("file-not-writable", path=str(path), reason=error.strerror or "unknown") from error
    return public


def read_root(path: Path, passphrase: bytes) -> bytes:
    """The seed of a root key file. Raises `UsageError` for a wrong passphrase."""
    return decrypt_seed(path.read_bytes(), passphrase)[1]


def static_log(folder: Path) -> FolderTileStore:
    """A log as static files in a folder."""
    return FolderTileStore(folder)


def create_home(home: Path, config: Config) -> None:
    """Make a home with configuration, credential and TLS key; what is already there stays as it is."""
    homes.create_folders(home)
    homes.write_config(home, config)
    homes.write_credential(credential_path(home), SystemEntropy().draw(32))
    credential = read_credential(home)
    if not tls_files(home, credential).certificate.exists():
        create_tls(home, credential)


def listener_files(home: Path) -> TlsFiles:
    """Certificate, key and password for the process that listens. Raises `UsageError`."""
    return tls_files(home, read_credential(home))


def listener_hash(home: Path) -> str:
    """The hash of the TLS key of the node in `home`, as it stands in the register. Raises `UsageError`."""
    return tls_hash(listener_files(home).certificate)


def dated_certificates(config: Config) -> list[tuple[str, datetime]]:
    """The certificates of this machine whose dates somebody reads, by file name, and when they end.

    That is the one of the pages, which browsers check; peers compare the key of the peer door and read no date. One
    that cannot be read is left to whoever starts the pages with it.
    """
    path = Path(config.pages.certificate)
    try:
        return [(path.name, _end_of(path, path.stat().st_mtime_ns))] if config.pages.certificate else []
    except (UsageError, OSError):
        return []


@functools.lru_cache(maxsize=8)
def _end_of(path: Path, changed: int) -> datetime:
    """When a certificate ends, read once for each time its file was changed: the desk page asks at every look."""
    return certificate_end(path)


def open_listener(home: Path) -> SocketListener | PostgresListener:
    """The worker's end of the node's waker."""
    url = database_url(home, read_config(home))
    return SocketListener(home / WAKING_NAME) if url.startswith("sqlite") else PostgresListener(url, _worker_name())


def _worker_name() -> str:
    """A fresh name: 31 bits, what an advisory lock takes."""
    return f"{int.from_bytes(SystemEntropy().draw(4), 'big') >> 1:08x}"


def is_served(home: Path) -> bool:
    """Whether a worker of the node in `home` is running on this machine."""
    return somebody_listens(home / WAKING_NAME)


def _waker(home: Path, config: Config) -> SocketWaker | PostgresWaker:
    url = database_url(home, config)
    return SocketWaker(home / WAKING_NAME) if url.startswith("sqlite") else PostgresWaker(url)


def survey(home: Path) -> Surroundings:
    """The machine around the node in `home`, as the doctor judges it."""
    credential, keys = credential_path(home), home / "keys"
    private = [home, credential, keys, *keys.glob("*.key"), home / "tls" / "key.pem"]
    try:
        tls = listener_hash(home)
    except UsageError:
        tls = None
    free, total, url = *free_disk(home), database_url(home, read_config(home))
    return Surroundings(
        credential=credential,
        exposed=open_to_others(private),
        foreign=owned_by_others([*private, *home.glob("liaison.sqlite3*"), *home.glob("blobs")]),
        free=free,
        total=total,
        worker=somebody_listens(home / WAKING_NAME) if url.startswith("sqlite") else None,
        tls=tls,
        certificates=tuple(dated_certificates(read_config(home))),
    )


def open_backup_target(path: Path) -> FolderTarget | TarTarget:
    """A new backup: a tar if the name ends so, else a folder. Raises `UsageError`, `NotNowError`."""
    return open_target(path)


def open_backup(path: Path) -> Source:
    """A backup to read. Raises `MalformedError`."""
    return open_source(path)


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database in use, durably. Raises `NotNowError`, `VerificationError`."""
    copy_sqlite(source, target)


def clock() -> SystemClock:
    """The machine's clock, for what needs no node."""
    return SystemClock()


def open_lanes(entries: int) -> AbstractContextManager[ProcessLanes | None]:
    """Where the signatures of a log of so many entries are computed; None where the fold does it itself."""
    return lanes.open_lanes(entries)


def open_folder(folder: Path) -> FolderFiles:
    """The files of a folder by relative paths: a `TileStore` where they are those of a log."""
    return FolderFiles(folder)


def read_feed(path: Path) -> Iterator[bytes]:
    """A feed's bytes, unpacked; `-` is stdin."""
    return feeds.read_feed(path)


def save_file(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a file that has its name only when the chunks ended well; its size. Raises `UsageError`."""
    try:
        return save_chunks(path, chunks)
    except OSError as error:
        raise UsageError("file-not-writable", path=str(path), reason=error.strerror or "unknown") from error


def report_folder(target: Path) -> ReportFolder:
    """A fresh folder for the reports of one run. Raises `UsageError` if it is there already."""
    return ReportFolder(target)


def open_spool(folder: Path) -> SpoolFolder:
    """The spool between a desk and its own ticket system. Raises `UsageError` where it cannot be made."""
    return SpoolFolder(folder)


@functools.cache
def open_storage(home: Path) -> HomeStorage:
    """The disk under the node in `home`: one value a process and those forked from it, who share what failed."""
    config = read_config(home)
    url = database_url(home, config)
    tables = (Path(url.removeprefix("sqlite:///")).parent,) if url.startswith("sqlite:///") else ()
    return HomeStorage((home, home / "blobs", *tables), reserve=config.storage.reserve)


def _mail_server(config: Config) -> MailServer | None:
    """The mail server of this authority, if the node has a mailbox. Raises `UsageError`."""
    mail = config.mail
    if not mail.address:
        return None
    return MailServer(
        MailAccess(
            smtp=mail.smtp,
            imap=mail.imap,
            security=mail.security,
            authorities=mail.authorities,
            login=mail.login,
            password_file=mail.password_file,
        )
    )


def _notifier(config: Config, mail: MailServer | None, vault: FolderKeyVault) -> Channels:
    """The ways in which this node tells officers that something waits."""
    found: dict[str, dict[str, Provider]] = {"email": {}}
    if mail is not None:
        found["email"]["mail server"] = MailNotices(mail, config.mail.address)
    for each in config.notify.providers:
        found.setdefault(each.channel, {})[each.name] = GatewayNotices(each.channel, Path(each.url_file))
    if takes_passkeys(config.pages.url):  # Browsers take push messages where they make passkeys, and nowhere else.
        found["push"] = {"push service": _push(config, vault)}
    return Channels(found)


def _push(config: Config, vault: FolderKeyVault) -> PushNotices:
    draw = SystemEntropy().draw

    def seed() -> bytes:
        """The node's key for push services, made when it is first asked for."""
        with suppress(UsageError):
            return vault.load(PUSH_KEY)
        with suppress(UsageError):  # Another process was quicker.
            vault.store(PUSH_KEY, draw(32))
        return vault.load(PUSH_KEY)

    post = HttpWebhooks(allowed_private_hosts=config.notify.allowed_private_hosts)
    return PushNotices(post, seed=seed, draw=draw, contact=config.notify.contact or config.pages.url)


def _stamps(config: Config) -> HttpStamps | NoStamps:
    """The time-stamping authority of this node, if it has one."""
    chosen = config.evidence
    if not chosen.stamps:
        return NoStamps()
    allowed = chosen.allowed_private_hosts
    return HttpStamps(chosen.stamps, Path(chosen.certificate), allowed_private_hosts=allowed)


def open_node(home: Path | None = None) -> Node:
    """The node whose home is `home`, wired to the machine."""
    place = home or default_home()
    config = read_config(place)
    clock = SystemClock()
    carrier = HttpsPeerLink(allowed_private_hosts=config.peers.allowed_private_hosts)
    storage, mail = open_storage(place), _mail_server(config)
    vault = FolderKeyVault(place / "keys", read_credential(place), note=storage.note_failure)
    return Node(
        home=place,
        database="default",
        config=config,
        clock=clock,
        entropy=SystemEntropy(),
        vault=vault,
        blobs=FolderBlobStore(place / "blobs", note=storage.note_failure),
        storage=storage,
        waker=_waker(place, config),
        link=SignedLink(carrier, clock),
        identity=HttpsIdentity(Path(config.oidc.secret_file)) if config.oidc.issuer else None,
        mail=mail,
        catalogues=FolderCatalogues(),
        lanes=open_lanes,
        webhooks=HttpWebhooks(allowed_private_hosts=config.webhooks.allowed_private_hosts),
        notifier=_notifier(config, mail, vault),
        stamps=_stamps(config),
    )
