"""How does a node's home begin? A folder with a configuration, a credential, TLS files and room for keys and blobs.

    liaison.toml   credential   tls/   keys/   blobs/   liaison.sqlite3   worker.socket

Invariants: nothing that exists is replaced, so a second `init` in the same place changes nothing.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import msgspec

from liaison.errors import NotNowError, UsageError
from liaison.node.config import CONFIG_NAME, Config, Database, Evidence, Notify, read_config


def format_config(config: Config) -> str:
    """The configuration as TOML; a JSON string is a TOML string."""
    hosts = ", ".join(json.dumps(host) for host in config.peers.allowed_private_hosts)
    return (
        f"[listen]\nhost = {json.dumps(config.listen.host)}\nport = {config.listen.port}\n\n"
        f"[address]\n# Where others reach this node's peer door; empty: by files only.\n"
        f"url = {json.dumps(config.address.url)}\n\n"
        f"[database]\n# Empty: SQLite in this folder. DATABASE_URL in the environment wins over this line.\n"
        f"url = {json.dumps(config.database.url)}\n\n"
        f"[processes]\n# More than one of each needs PostgreSQL.\n"
        f"web = {config.processes.web}\nworkers = {config.processes.workers}\n\n"
        f"[peers]\n# Private, loopback and link-local addresses are refused unless the host is named here.\n"
        f"allowed_private_hosts = [{hosts}]\n\n"
        f"[storage]\n# New work is refused while less is free than this share of the disk or this amount.\n"
        f"keep_free_percent = {config.storage.keep_free_percent}\n"
        f"keep_free_at_most_mib = {config.storage.keep_free_at_most_mib}\n\n"
        f"[attachments]\n# In bytes: the largest file to attach; the largest to fetch before an officer asks for it.\n"
        f"largest = {config.attachments.largest}\nfetched_at_once = {config.attachments.fetched_at_once}\n\n"
        f"[markings]\n# National markings beside TLP, the lowest first; what stands above the highest is refused.\n"
        f"ladder = [{', '.join(json.dumps(each, ensure_ascii=False) for each in config.markings.ladder)}]\n"
        f"highest = {json.dumps(config.markings.highest, ensure_ascii=False)}\n\n"
        f"[letter_box]\n# Participants whose letters this node keeps until fetched; at most so much a node.\n"
        f"keeps_for = [{', '.join(json.dumps(each) for each in config.letter_box.keeps_for)}]\n"
        f"days = {config.letter_box.days}\nletters = {config.letter_box.letters}\n"
        f"mebibytes = {config.letter_box.mebibytes}\n"
        f"# How often this node asks for its own where others keep them.\n"
        f"ask_every_seconds = {config.letter_box.ask_every_seconds}\n\n"
        f"[pages]\n# Where officers reach the pages; empty: this node has none. Without TLS files only on loopback.\n"
        f"url = {json.dumps(config.pages.url)}\nhost = {json.dumps(config.pages.host)}\nport = {config.pages.port}\n"
        f"certificate = {json.dumps(config.pages.certificate)}\nkey = {json.dumps(config.pages.key)}\n"
        f"trusted_proxy = {json.dumps(config.pages.trusted_proxy)}\n"
        f"# How officers sign in: passkey, password (with one-time codes), or both.\n"
        f"sign_in = {json.dumps(config.pages.sign_in)}\n"
        f"session_hours = {config.pages.session_hours}\nidle_minutes = {config.pages.idle_minutes}\n"
        f"# Whether the register also stands on a map, by time zones and without borders.\n"
        f"map = {json.dumps(config.pages.map)}\n\n"
        f"[oidc]\n# An identity provider of this authority; empty: none.\n"
        f"issuer = {json.dumps(config.oidc.issuer)}\nclient_id = {json.dumps(config.oidc.client_id)}\n"
        f"secret_file = {json.dumps(config.oidc.secret_file)}\nclaim = {json.dumps(config.oidc.claim)}\n\n"
        f"[mail]\n# The mailbox of this node's desks, for OpenPGP mail; empty: none.\n"
        f"address = {json.dumps(config.mail.address)}\ntelephone = {json.dumps(config.mail.telephone)}\n"
        f"smtp = {json.dumps(config.mail.smtp)}\nimap = {json.dumps(config.mail.imap)}\n"
        f"security = {json.dumps(config.mail.security)}\nauthorities = {json.dumps(config.mail.authorities)}\n"
        f"login = {json.dumps(config.mail.login)}\npassword_file = {json.dumps(config.mail.password_file)}\n"
        f"largest = {config.mail.largest}\n\n"
        f"[webhooks]\n# Programs on private addresses that may be told of events.\n"
        f"allowed_private_hosts = {json.dumps(config.webhooks.allowed_private_hosts)}\n\n"
        f"{_format_notify(config.notify)}"
        f"{_format_evidence(config.evidence)}"
    )


def _format_evidence(evidence: Evidence) -> str:
    """Who stamps the lines of custody records."""
    return (
        f"\n[evidence]\n# A time-stamping authority (RFC 3161) for custody lines, and its certificates; empty: none.\n"
        f"stamps = {json.dumps(evidence.stamps)}\ncertificate = {json.dumps(evidence.certificate)}\n"
        f"allowed_private_hosts = {json.dumps(evidence.allowed_private_hosts)}\n"
    )


def _format_notify(notify: Notify) -> str:
    """How officers are told beside mail; one table a provider, in the order they are tried."""
    lines = [
        "[notify]",
        "# Whom push services may write to; push services on private addresses; then a table for each provider.",
        f"contact = {json.dumps(notify.contact, ensure_ascii=False)}",
        f"allowed_private_hosts = {json.dumps(notify.allowed_private_hosts)}",
    ]
    for each in notify.providers:
        values = (("channel", each.channel), ("name", each.name), ("url_file", each.url_file))
        lines += [
            "",
            "[[notify.providers]]",
            *(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in values),
        ]
    return "\n".join(lines) + "\n"


def create_folders(home: Path) -> None:
    """Make the home and its folders, readable by their owner only."""
    try:
        for folder in (home, home / "keys", home / "blobs", home / "tls"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError("home-not-writable", home=str(home), reason=error.strerror or "unknown") from error


def write_config(home: Path, config: Config) -> None:
    """Write `liaison.toml` unless there is one."""
    path = home / CONFIG_NAME
    if not path.exists():
        path.write_text(format_config(config), encoding="utf-8")


def write_credential(path: Path, credential: bytes) -> None:
    """Write the credential, readable by its owner only, unless there is one."""
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(credential)
        handle.flush()
        os.fsync(handle.fileno())


def begin_stage(home: Path) -> Path:
    """A fresh folder beside `home`, in which a home is made ready. Raises `UsageError` if there is a home already."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise UsageError("home-taken", home=str(home))
    stage = home.with_name(f".{home.name}.restoring")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        if stage.exists():  # Left by a restore that was killed.
            shutil.rmtree(stage)
        create_folders(stage)
    except OSError as error:
        raise UsageError("home-not-writable", home=str(home), reason=error.strerror or "unknown") from error
    return stage


def use_database(home: Path, url: str) -> None:
    """Have the configuration name this database, durably; empty: the tables in the home."""
    replace_config(home, msgspec.structs.replace(read_config(home), database=Database(url=url)))


def replace_config(home: Path, config: Config) -> None:
    """Write another configuration in place of the present one, durably and for its owner's eyes only."""
    path = home / CONFIG_NAME
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(format_config(config))
        handle.flush()
        os.fsync(handle.fileno())
    fresh.rename(path)
    _sync(home)


def put_in_place(stage: Path, home: Path) -> None:
    """Give a home that is ready its name, durably."""
    try:
        for folder, _, _ in os.walk(stage):
            _sync(Path(folder))
        stage.rename(home)
        _sync(home.parent)
    except OSError as error:
        raise NotNowError("home-not-placed", stage=str(stage), reason=error.strerror or "unknown") from error


def drop_stage(stage: Path) -> None:
    """Remove what was being made ready."""
    shutil.rmtree(stage, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
