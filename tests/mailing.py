"""A mail server in memory, and a node that has it: what is handed over lies in `handed`, what shall come in `box`.

with mailing_world(tmp_path) as (world, post, peer): …     XC writes to duty@csirt.xd.example, who has gpg alone
"""

from __future__ import annotations

import atexit
import contextlib
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from liaison.errors import UnreachableError
from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.mailbox import FetchedBytes, MailPlace
from liaison.messages.mail.reading import encrypted_part, read_mail
from liaison.node.config import Mail
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.services.mail.contacts import Contact, keep_contact
from liaison.node.services.mail.keys import make_key
from tests.gnupg import Correspondent, correspondent, encrypted_mail, entity
from tests.world import World

US, THEM = "desk@csirt.xc.example", "duty@csirt.xd.example"


@dataclass
class Post:
    """A `MailCarrier` in memory."""

    handed: list[tuple[str, str, bytes]] = field(default_factory=list)
    box: list[bytes] = field(default_factory=list)
    down: bool = False
    refuses: bool = False

    def send(self, sender: str, recipient: str, mail: bytes) -> None:
        if self.down:
            raise UnreachableError("mail-server-not-reached", reason="down")
        if self.refuses:
            raise UnreachableError("mail-refused", permanent=True, status=550, said="5.1.1 no such user")
        self.handed.append((sender, recipient, mail))

    def fetch(self, after: MailPlace, *, most: int, largest: int) -> Iterator[FetchedBytes]:
        if self.down:
            raise UnreachableError("mailbox-not-reached", reason="down")
        for number, data in list(enumerate(self.box, start=1))[after.uid : after.uid + most]:
            whole = len(data) <= largest
            yield FetchedBytes(MailPlace(7, number), data if whole else data.partition(b"\r\n\r\n")[0], whole)


@functools.cache
def _peer() -> Correspondent:
    """One for all tests of a process; its agent ends with it."""
    ending = contextlib.ExitStack()
    atexit.register(ending.close)
    return ending.enter_context(correspondent(THEM, "eve@xe.example"))


@contextmanager
def mailing_world(folder: Path, *, registry: Any = None, **config: Any) -> Iterator[tuple[World, Post, Correspondent]]:
    with World(folder, registry=registry) as world:
        post, peer = give_mail(world, **config)
        yield world, post, peer


def give_mail(world: World, **config: Any) -> tuple[Post, Correspondent]:
    """XC gets a mailbox and a key, and keeps the correspondent."""
    peer, post = _peer(), Post()
    mail = Mail(address=US, imap="localhost", smtp="localhost", security="none", telephone="+999 555 1", **config)
    node = world.nodes["XC"]
    world.nodes["XC"] = node = replace(node, config=replace_mail(node.config, mail), mail=post)
    certificate = make_key(node, world.register, world.desk("XC"), name="XC / duty")
    peer.forget(US)
    peer.import_(certificate.data)
    keep(world, peer)
    return post, peer


def replace_mail(config: Any, mail: Mail) -> Any:
    import msgspec

    return msgspec.structs.replace(config, mail=mail)


def keep(world: World, peer: Correspondent, **changes: Any) -> None:
    """XC's officer keeps the correspondent, having heard the fingerprint by telephone."""
    data = peer.certificate
    given: dict[str, Any] = {
        "name": "CSIRT of XD",
        "mailbox": THEM,
        "source": "telephone call",
        "certificate": data,
        "read_out": read_certificate(data).groups,
        "channel": "telephone",
    }
    keep_contact(world.nodes["XC"], world.register, world.desk("XC"), Contact(**(given | changes)))


def send(world: World, **changes: Any) -> str:
    """A notice to the correspondent, first attempt included; its case."""
    fields = changes.pop("fields", None)
    if fields is not None:
        changes["fields"] = fields
    return world.send("XC", to=(mailbox_ref(THEM),), **changes)[0].case


def reply(post: Post, peer: Correspondent, text: str, *, subject: str = "", signer: str = "", **more: Any) -> bytes:
    """What a person with gpg answers to the last mail that was handed over."""
    ours = read_mail(post.handed[-1][2])
    part = entity(text, subject=subject or f"Re: {ours.subject}", **more)
    sealed = peer.seal(part, US, signer=signer)
    headers = {"From": THEM, "Message_ID": f"<{abs(hash(text))}@xd.example>", "In_Reply_To": ours.message_id}
    return encrypted_mail(sealed, **headers, Subject=f"Re: {ours.subject}")


def read_there(post: Post, peer: Correspondent) -> str:
    """What the correspondent reads in the last mail."""
    return peer.open(encrypted_part(read_mail(post.handed[-1][2]))).decode()
