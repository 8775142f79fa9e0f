"""Is a certificate of a list used only after the desk has read its fingerprint out, and is it seen who heard it?"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.reading import read_mail
from liaison.node import models
from liaison.node.reads.mail.targets import mailbox_ref
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from tests.gnupg import Correspondent
from tests.mailing import Post, mailing_world
from tests.scenarios.test_mail import ASKS
from tests.web.visiting import Visitor, visit
from tests.world import World

EVE = "eve@xe.example"
Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


def card(certificate: bytes) -> bytes:
    """A team's card with its certificate inside."""
    key = base64.b64encode(read_certificate(certificate).data).decode()
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "FN:CSIRT of XE",
        f"EMAIL:{EVE}",
        f"KEY:data:application/pgp-keys;base64,{key}",
    ]
    return "\r\n".join([*lines, "END:VCARD", ""]).encode()


def brought_in(visitor: Visitor, data: bytes) -> None:
    given = {"source": "List of teams", "dated": "2026-11-01"}
    visitor.send("book/import", file=SimpleUploadedFile("list.vcf", data), **given)


def write_to_eve(world: World) -> None:
    world.send("XC", to=(mailbox_ref(EVE),), fields=ASKS)


def test_a_key_out_of_a_list_is_attached_and_used_only_when_it_was_read_out(scene: Scene) -> None:
    world, post, peer = scene
    theirs, visitor = peer.run("--armor", "--export", EVE), visit(world, "XC")
    brought_in(visitor, card(theirs))
    assert "Write to it by mail" in visitor.see("book/")
    visitor.send("mailboxes/from-book", mailbox=EVE)
    page = visitor.see("mailboxes/")
    groups = read_certificate(theirs).groups
    for words in ("CSIRT of XE", "Not in the register", "List of teams, 2026-11-01", "Not compared yet", groups):
        assert words in page, words
    write_to_eve(world)
    assert "encrypted" not in post.handed[-1][2].decode()
    wrong = visitor.send("mailboxes/check", status=400, mailbox=EVE, read_out="0" * 40, channel="telephone")
    assert "not the one that was read out" in wrong.content.decode()
    visitor.send("mailboxes/check", mailbox=EVE, read_out=groups, channel="telephone")
    page = visitor.see("mailboxes/")
    assert "Not compared yet" not in page
    assert "Read out to A Person (" in re.sub("<[^>]+>", "", page)
    write_to_eve(world)
    assert read_mail(post.handed[-1][2]).sort.value == "encrypted"
    assert "by mail, not in the register" in visitor.see("cases/")


def test_a_newer_certificate_of_the_same_key_counts_at_once_and_another_key_waits(scene: Scene) -> None:
    world, _, peer = scene
    visitor = visit(world, "XC")
    newer = peer.run("--armor", "--export", "duty@csirt.xd.example")
    visitor.send("mailboxes/attach", mailbox="duty@csirt.xd.example", certificate=newer.decode())
    assert "Not compared yet" not in visitor.see("mailboxes/")
    other = SimpleUploadedFile("other.asc", peer.run("--armor", "--export", EVE))
    visitor.send("mailboxes/attach", mailbox="duty@csirt.xd.example", file=other)
    page = visitor.see("mailboxes/")
    assert "Not compared yet" in page
    with world.at("XC"):
        kept = models.MailContact.objects.get()
        assert kept.fingerprint == read_certificate(newer).fingerprint


def test_what_is_no_certificate_is_refused_and_stays_typed(scene: Scene) -> None:
    visitor = visit(scene[0], "XC")
    given = {"mailbox": "duty@csirt.xd.example", "certificate": "no certificate at all"}
    assert "no certificate at all" in visitor.send("mailboxes/attach", status=400, **given).content.decode()
    assert visitor.send("mailboxes/check", status=400, mailbox="duty@csirt.xd.example", read_out="0").status_code == 400
    visitor.send("mailboxes/from-book", status=400, mailbox="nobody@xf.example")


def test_a_key_that_expires_is_warned_of_before_and_after(scene: Scene) -> None:
    world = scene[0]
    node, visitor = world.nodes["XC"], visit(world, "XC")
    for days, words in ((20, "Expires soon"), (-1, "Expired: nothing can be sent")):
        with unit_of_work(node):
            models.MailContact.objects.update(expires_at=world.clock.now() + timedelta(days=days))
        assert words in visitor.see("mailboxes/")


def test_who_may_not_write_attaches_nothing(scene: Scene) -> None:
    world, _, peer = scene
    auditor = visit(world, "XC", Role.AUDITOR)
    given = {"mailbox": "duty@csirt.xd.example", "certificate": peer.certificate.decode()}
    auditor.send("mailboxes/attach", status=403, **given)
    assert "Attach a" not in auditor.see("mailboxes/")
