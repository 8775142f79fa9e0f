"""Is the mailbox read whatever is in it, is nothing kept that nobody needs, and is a mail never taken for a file?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.errors import UnreachableError, UsageError
from liaison.messages.dealings import Again
from liaison.messages.mail.reading import read_mail
from liaison.node import models
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.services.line.files import export_sealed
from liaison.node.services.mail.fetching import fetch_mail
from liaison.node.services.mail.keys import make_key
from liaison.node.services.recovery.answering import send_again
from tests.gnupg import Correspondent, encrypted_mail, entity
from tests.mailing import THEM, US, Post, mailing_world, reply, send
from tests.world import NOTICE, World

ASKS = NOTICE | {"expectation": "answer-asked"}
Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


def states(world: World) -> list[str]:
    with world.at("XC"):
        return list(models.OutgoingCopy.objects.order_by("pk").values_list("state", flat=True))


def test_hostile_mails_change_nothing_and_stop_nothing(tmp_path: Path) -> None:
    with mailing_world(tmp_path, largest=64 << 10) as (world, post, peer):
        send(world, fields=ASKS)
        ours = read_mail(post.handed[0][2])
        head = {"From": THEM, "Subject": f"Re: {ours.subject}"}
        bomb = encrypted_mail(peer.seal(bytes(1 << 20), US), **head)
        deep = b"".join(b'Content-Type: multipart/mixed; boundary="e%d"\r\n\r\n--e%d\r\n' % (n, n) for n in range(60))
        post.box += [bomb, deep, b"", b"\x00" * 5000, encrypted_mail(b"-----BEGIN PGP MESSAGE-----\n\nxx\n", **head)]
        post.box.append(reply(post, peer, "And still heard."))
        assert fetch_mail(world.nodes["XC"]).standings == {"unverified": 2, "stray": 3, "taken-over": 1}
        assert states(world) == ["answered"]


def test_a_mail_that_is_too_large_is_kept_by_its_headers(tmp_path: Path) -> None:
    with mailing_world(tmp_path, largest=64 << 10) as (world, post, peer):
        send(world, fields=ASKS)
        post.box.append(reply(post, peer, "x", files={"noise": bytes(range(256)) * 1000}))
        post.box[-1] += b"x" * (64 << 10)
        assert fetch_mail(world.nodes["XC"]).standings == {"unverified": 1}
        with world.at("XC"):
            kept = models.FetchedMail.objects.get()
            assert (kept.reason, len(bytes(kept.raw)) < 2000) == ("too-large", True)


def test_a_mail_that_names_no_key_is_opened_by_whichever_of_ours_it_is_for(scene: Scene) -> None:
    world, post, peer = scene
    node = world.nodes["XC"]
    send(world)
    make_key(node, world.register, world.desk("XC"), name="XC / duty, a newer key that they have not")
    ours = read_mail(post.handed[-1][2])
    sealed = peer.seal(entity("It is blocked."), US, "--throw-keyids")
    headers = {"From": THEM, "Message_ID": "<hidden@xd.example>", "In_Reply_To": ours.message_id}
    post.box.append(encrypted_mail(sealed, **headers, Subject=f"Re: {ours.subject}"))
    assert fetch_mail(node).standings == {"taken-over": 1}


def test_mails_that_belong_to_no_case_fill_no_disk(scene: Scene) -> None:
    world, post, _ = scene
    post.box += [b"From: eve@xe.example\r\nSubject: %d\r\n\r\n" % number + bytes(1 << 20) for number in range(3)]
    assert fetch_mail(world.nodes["XC"]).standings == {"stray": 3}
    assert fetch_mail(world.nodes["XC"]).standings == {}
    with world.at("XC"):
        assert sum(len(bytes(each.raw)) for each in models.FetchedMail.objects.all()) == 0


def test_the_mailbox_not_reached_is_told_and_the_place_is_kept(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    post.box.append(reply(post, peer, "First."))
    node = world.nodes["XC"]
    fetch_mail(node)
    post.down = True
    with pytest.raises(UnreachableError):
        fetch_mail(node)
    with world.at("XC"):
        place = models.MailboxPlace.objects.get()
        assert (place.uid, place.trouble) == (1, "mailbox-not-reached")


def test_a_mail_is_no_sealed_file_and_is_not_sent_again_over_the_line(scene: Scene) -> None:
    world, node = scene[0], scene[0].nodes["XC"]
    send(world, fields=ASKS)
    with world.at("XC"):
        copy = models.OutgoingCopy.objects.select_related("message").get()
    with pytest.raises(UsageError, match="message-by-mail"):
        export_sealed(node, copy.message.message_id)
    wanted = Again((copy.message_hash,))
    assert not send_again(node, wanted, register=world.register, caller=mailbox_ref(THEM).at).messages
