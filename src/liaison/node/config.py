"""What did the operator decide about this node? Read once from `liaison.toml` in the node's home, then frozen.

    [listen]
    host = "127.0.0.1"
    port = 8443                               # 0: no peer door at all; then [address] is empty too
    [address]
    url = "https://127.0.0.1:8443"
    [database]
    url = ""                                  # empty: SQLite in the home; else postgresql://…
    [processes]
    web = 1                                   # more than one of each needs PostgreSQL
    workers = 1
    [peers]
    allowed_private_hosts = ["127.0.0.1"]     # a peer on a private address is reached only if named here
    [storage]
    keep_free_percent = 5                     # new work is refused while less of the disk is free than this,
    keep_free_at_most_mib = 2048              # or than this, whichever is smaller
    [attachments]
    largest = 4294967296                      # bytes of a file that may be attached here
    fetched_at_once = 100000000               # sealed bytes; what is larger is fetched when an officer asks for it
    [evidence]
    stamps = ""                               # a time-stamping authority (RFC 3161) for custody lines; empty: none
    certificate = ""                          # a PEM file of the certificates that are trusted for it
    allowed_private_hosts = []                # an authority on a private address is asked only if named here
    [letter_box]
    keeps_for = []                            # participants (64 hex digits) whose letters this node keeps
    days = 14                                 # so long, if nobody fetches them; for each of their nodes at most
    letters = 1000                            # so many,
    mebibytes = 256                           # and so much together
    ask_every_seconds = 30                    # how often this node asks for its own where others keep them
    [markings]
    ladder = ["XC RESTRICTED", "XC SECRET"]   # national markings beside TLP, the lowest first; empty: any words
    highest = "XC RESTRICTED"                 # what stands above it is refused before a draft is saved
    [pages]
    url = "http://xc.localhost:8080"          # where officers reach the pages; empty: this node has none
    host = "127.0.0.1"                        # where they listen; without TLS files on the loopback address only
    port = 8080
    certificate = ""                          # PEM files, unless a proxy on this machine ends TLS
    key = ""
    trusted_proxy = false                     # whether that proxy's X-Forwarded-For names the browser
    sign_in = ["passkey"]                     # and "password", which goes with one-time codes
    session_hours = 12                        # a session ends so long after it began,
    idle_minutes = 60                         # or so long after it was last used
    map = false                               # whether the register also stands on a map without borders
    [webhooks]
    allowed_private_hosts = []                # a program on a private address is told of events only if named here
    [notify]
    contact = ""                              # whom a push service may write to about this node; empty: [pages] url
    allowed_private_hosts = []                # a push service on a private address is called only if named here
    [[notify.providers]]
    channel = "sms"                           # what officers choose; named again, it is the next provider to be tried
    name = "first gateway"                    # as the log calls it
    url_file = "/etc/liaison/sms-first"       # a file beside the credential with one URL, {to} where the address goes
    [watch]
    url = ""                                  # a service outside that misses this node when it is silent; empty: none
    every_minutes = 5                         # how often it is told, by POST with nothing in it
    [oidc]
    issuer = ""                               # an identity provider of this authority; empty: none
    client_id = ""
    secret_file = ""                          # a file beside the credential, not in the home
    claim = "email"                           # which claim names the officer: "email", or "login" by preferred_username
    [mail]
    address = ""                              # the mailbox of this node's desks; empty: no mail
    telephone = ""                            # where a desk is told to call that has no OpenPGP key
    smtp = "mail.xc.example:465"              # where mails are handed over
    imap = "mail.xc.example:993"              # where answers are read; nothing there is ever deleted
    security = "tls"                          # "starttls"; or "none", on the loopback address only
    authorities = ""                          # a PEM file of those who vouch for the mail server; empty: the machine's
    login = ""                                # the name to sign in with; empty: none is asked for
    password_file = ""                        # a file beside the credential, not in the home
    largest = 10485760                        # bytes of a mail, both ways
    [[tickets]]                               # a desk's own ticket system; as many as there are
    desk = "duty"                             # the desk, or PARTICIPANT/NODE/DESK where several are called so
    spool = "/var/spool/liaison/duty"         # reports are put there as files, answers are read; empty: no files
    mailbox = "abuse@rt.xc.example"           # reports are mailed there by the server of [mail]; empty: no mails
    form = "xarf"                             # or "csv"

Invariants: unknown keys are refused rather than ignored, because a misspelt safety setting must not pass unseen;
`DATABASE_URL` in the environment wins over the file, so that a secret need not stand in it.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from liaison.errors import UsageError
from liaison.wire.typed import convert

CONFIG_NAME = "liaison.toml"
HOME_VARIABLE = "LIAISON_HOME"
CREDENTIAL_VARIABLE = "LIAISON_CREDENTIAL"
CREDENTIAL_NAME = "credential"


class Listen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the node's doors listen; port 0 means nowhere: others leave what is for it in a letter box."""

    host: str = "127.0.0.1"
    port: int = 8443


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where others reach the peer door; empty means it has none (files and letter boxes only)."""

    url: str = ""


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the tables are; an empty URL means SQLite in the node's home."""

    url: str = ""


class Processes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many processes `node serve` runs: for the doors, and for the outbox and the timers."""

    web: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


class Peers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which peers on private addresses the operator allows by name (all others are refused after resolution)."""

    allowed_private_hosts: tuple[str, ...] = ()


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a disk new work leaves free: the smaller of a share and an amount (docs/adr/0013)."""

    keep_free_percent: Annotated[int, msgspec.Meta(ge=0, le=90)] = 5
    keep_free_at_most_mib: Annotated[int, msgspec.Meta(ge=0)] = 2048

    def reserve(self, total: int) -> int:
        """The bytes to keep free on a file system of `total` bytes."""
        return min(total * self.keep_free_percent // 100, self.keep_free_at_most_mib << 20)


class Attachments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How large a file may be to be attached here, and up to which sealed size one is fetched unasked; in bytes.

    The most a file may have is what still fits the file way, whose headers name sizes below 8 GiB.
    """

    largest: Annotated[int, msgspec.Meta(ge=1, le=7 << 30)] = 4 << 30
    fetched_at_once: Annotated[int, msgspec.Meta(ge=0)] = 100 * 1000 * 1000


class Evidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who stamps the lines of custody records with a time, and whose certificate is believed for it."""

    stamps: str = ""
    certificate: str = ""
    allowed_private_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.stamps) != bool(self.certificate):
            raise ValueError("evidence.stamps goes with evidence.certificate")


class LetterBox(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose sealed bytes this node keeps until they are fetched, how much and how long; how often it asks for its own.

    Nobody keeps longer than a replaced sealing key opens: 60 days.
    """

    keeps_for: tuple[Annotated[str, msgspec.Meta(pattern=r"\A([0-9a-f]{64}|register)\Z")], ...] = ()
    days: Annotated[int, msgspec.Meta(ge=1, le=60)] = 14
    letters: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1000
    mebibytes: Annotated[int, msgspec.Meta(ge=1, le=1 << 20)] = 256
    ask_every_seconds: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 30


class Markings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The national markings of this node from the lowest, and the highest one that it may hold."""

    ladder: tuple[str, ...] = ()
    highest: str = ""

    def __post_init__(self) -> None:
        if bool(self.ladder) != bool(self.highest) or (self.ladder and self.highest not in self.ladder):
            raise ValueError("markings.highest is one of markings.ladder")

    @property
    def held(self) -> tuple[str, ...]:
        """Those that may be held here, from the lowest."""
        return self.ladder[: self.ladder.index(self.highest) + 1] if self.ladder else ()

    def check(self, marking: str) -> None:
        """Return if what is marked so may be held here. Raises `UsageError`."""
        if not self.ladder or not marking:
            return
        if marking not in self.ladder:
            raise UsageError("marking-unknown", marking=marking[:80])
        if marking not in self.held:
            raise UsageError("marking-above-limit", marking=marking[:80], highest=self.highest)


class Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where officers reach this node's pages; without a URL it has none."""

    url: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    certificate: str = ""
    key: str = ""
    trusted_proxy: bool = False
    sign_in: tuple[Literal["passkey", "password"], ...] = ("passkey",)
    session_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 12
    idle_minutes: Annotated[int, msgspec.Meta(ge=1, le=720)] = 60
    map: bool = False


class Webhooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hosts on private addresses may be told of events; they alone may be without TLS."""

    allowed_private_hosts: tuple[str, ...] = ()


class NotifyProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One provider of a channel by which officers are told; its URL holds secrets and stands in a file of its own."""

    channel: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9-]{1,16}\Z")]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=48)]
    url_file: str


class Notify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """By which channels officers are told, beside the mail server and their browsers; in the order they are tried."""

    contact: str = ""
    allowed_private_hosts: tuple[str, ...] = ()
    providers: tuple[NotifyProvider, ...] = ()

    def __post_init__(self) -> None:
        if any(each.channel == "push" for each in self.providers):
            raise ValueError("notify.providers: 'push' is each browser's own")
        if len({(each.channel, each.name) for each in self.providers}) < len(self.providers):
            raise ValueError("notify.providers: two of a channel have the same name")


class Watch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who outside is told that this node lives, and how often; hosts on private addresses as for webhooks."""

    url: str = ""
    every_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 5


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The identity provider that may sign officers in; it never makes one."""

    issuer: str = ""
    client_id: str = ""
    secret_file: str = ""
    claim: Literal["email", "login"] = "email"


class Mail(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The mail server of this authority and the mailbox of the node's desks; without an address there is none."""

    address: str = ""
    telephone: str = ""
    smtp: str = ""
    imap: str = ""
    security: Literal["tls", "starttls", "none"] = "tls"
    authorities: str = ""
    login: str = ""
    password_file: str = ""
    largest: Annotated[int, msgspec.Meta(ge=64 << 10, le=32 << 20)] = 10 << 20


class Tickets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the reports that a desk gets are handed to its own ticket system, and in which form."""

    desk: str
    spool: str = ""
    mailbox: str = ""
    form: Literal["csv", "xarf"] = "csv"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the operator decides about one node."""

    listen: Listen = Listen()
    address: Address = Address()
    database: Database = Database()
    peers: Peers = Peers()
    processes: Processes = Processes()
    storage: Storage = Storage()
    attachments: Attachments = Attachments()
    evidence: Evidence = Evidence()
    letter_box: LetterBox = LetterBox()
    markings: Markings = Markings()
    pages: Pages = Pages()
    webhooks: Webhooks = Webhooks()
    notify: Notify = Notify()
    watch: Watch = Watch()
    oidc: Oidc = Oidc()
    mail: Mail = Mail()
    tickets: tuple[Tickets, ...] = ()


def pages_at(url: str) -> Pages:
    """The pages at an address whose port they listen on themselves. Raises `UsageError`."""
    if not url:
        return Pages()
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (KeyError, ValueError):
        raise UsageError("pages-url-malformed", url=url[:200]) from None
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError("pages-url-malformed", url=url[:200])
    return Pages(url=url.rstrip("/"), port=port)


def default_home() -> Path:
    """The node's home: `LIAISON_HOME`, else `~/.local/share/liaison`."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else Path.home() / ".local" / "share" / "liaison"


def credential_path(home: Path) -> Path:
    """Where the credential that unlocks the keys is read from."""
    named = os.environ.get(CREDENTIAL_VARIABLE)
    return Path(named) if named else home / CREDENTIAL_NAME


def read_config(home: Path) -> Config:
    """The configuration in `home`. Raises `UsageError` if it is missing or has a key that is not known."""
    path = home / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError("node-not-initialised", home=str(home)) from None
    try:
        config = convert(tomllib.loads(text), Config)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError("config-not-understood", path=str(path), reason=str(error)) from error
    url = os.environ.get("DATABASE_URL", "")
    return msgspec.structs.replace(config, database=Database(url=url)) if url else config


def database_url(home: Path, config: Config) -> str:
    """The URL of the node's database, SQLite in its home unless the operator named another."""
    return config.database.url or f"sqlite:///{home / 'liaison.sqlite3'}"


def check_processes(home: Path, config: Config) -> None:
    """Return if the database can be worked on by so many processes. Raises `UsageError`."""
    several = max(config.processes.web, config.processes.workers) > 1
    if several and database_url(home, config).startswith("sqlite"):
        raise UsageError("processes-need-postgresql")


def check_listener(config: Config) -> None:
    """Return if an address is published only where something listens. Raises `UsageError`."""
    if config.address.url and not config.listen.port:
        raise UsageError("address-without-door", url=config.address.url[:200])


def check_pages(pages: Pages) -> None:
    """Return if these pages may be served as configured. Raises `UsageError`."""
    if pages.url and pages.sign_in == ("passkey",) and not takes_passkeys(pages.url):
        raise UsageError("pages-need-a-name", url=pages.url)
    if bool(pages.certificate) != bool(pages.key):
        raise UsageError("pages-tls-incomplete")
    if not pages.certificate and not _is_loopback(pages.host):
        raise UsageError("pages-need-tls", host=pages.host)


def takes_passkeys(url: str) -> bool:
    """Whether browsers make passkeys for this address: it has a name, and TLS unless the name is `localhost`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and (local or parts.scheme == "https")
    return False


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
