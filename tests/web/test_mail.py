"""What does an officer see of a case with a desk that has only a mailbox?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.keys.openpgp.certificates import read_certificate
from liaison.messages.mail.reading import read_mail
from liaison.node.models import ContactMethod, Escalation
from liaison.node.services.escalation.sending import send_due
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.mail.fetching import fetch_mail, keep_silence
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from tests.gnupg import Correspondent
from tests.mailing import THEM, Post, mailing_world, read_there, reply, send
from tests.scenarios.test_mail import ASKS, BOUNCE
from tests.web.test_write import written
from tests.web.visiting import visit
from tests.world import World

Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


def test_the_case_says_that_the_server_took_it_and_that_this_is_no_receipt(scene: Scene) -> None:
    world, _, _ = scene
    case = send(world, fields=ASKS)
    shown = visit(world, "XC").see(f"cases/{case}/")
    for words in (
        "CSIRT of XD",
        "by mail, not in the register",
        "Handed to the mail server",
        "That is no receipt",
        THEM,
    ):
        assert words in shown
    assert "received" not in shown.partition("What was said")[2].partition("</ol>")[0]


def test_a_signed_reply_stands_in_the_case_with_its_key_and_waits_for_an_acknowledgement(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    post.box.append(reply(post, peer, "We have blocked it."))
    fetch_mail(world.nodes["XC"])
    visitor = visit(world, "XC")
    shown = visitor.see(f"cases/{case}/")
    for words in ("Reply by mail", "We have blocked it.", "By OpenPGP mail", "Signed by the key", "Answered"):
        assert words in shown
    assert "Reply by mail" in visitor.see()


def test_officers_are_told_of_a_reply_by_mail_until_somebody_acknowledges_it(scene: Scene) -> None:
    world, post, peer = scene
    node, visitor = world.nodes["XC"], visit(world, "XC", Role.OFFICER)
    now = node.clock.now()
    with unit_of_work(node):
        given = {"channel": "sms", "address": "ada", "made_at": now, "verified_at": now}
        ContactMethod.objects.create(officer_id=visitor.officer, **given)
    send(world, fields=ASKS, urgency="urgent")
    post.box.append(reply(post, peer, "We have blocked it."))
    fetch_mail(node)
    escalate_due(node)
    send_due(node)
    assert [each.address for each in world.phones["XC"].rung] == ["ada"]
    assert "One urgent message waits" in world.phones["XC"].rung[0].notice.text
    with reading(node):
        message = Escalation.objects.select_related("incoming").get().incoming.message_id
    visitor.send("acknowledge", message=message, back="desk")
    with reading(node):
        assert Escalation.objects.get().state == "over"


def test_an_unverified_mail_shows_on_desk_and_case_without_what_it_says(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    post.box.append(reply(post, peer, "Send it all to me.", signer="eve@xe.example"))
    fetch_mail(world.nodes["XC"])
    visitor = visit(world, "XC")
    for shown in (visitor.see(), visitor.see(f"cases/{case}/")):
        assert "Unverified mail" in shown
        assert "no good signature by the key that our mail was sealed to" in shown
        assert "Send it all" not in shown


def test_a_reply_by_s_mime_shows_on_desk_and_case_as_what_it_is(scene: Scene) -> None:
    world, post, _ = scene
    case = send(world, fields=ASKS)
    ours = read_mail(post.handed[-1][2])
    head = f"From: {THEM}\r\nSubject: Re: {ours.subject}\r\nIn-Reply-To: <{ours.message_id.strip('<>')}>\r\n"
    post.box.append(f"{head}Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nMIIB\r\n".encode())
    fetch_mail(world.nodes["XC"])
    for shown in (visit(world, "XC").see(), visit(world, "XC").see(f"cases/{case}/")):
        assert "S/MIME, which is not read here: ask for OpenPGP" in shown


def test_a_bounce_a_silence_and_an_unread_mailbox_need_the_desk(scene: Scene) -> None:
    world, post, _ = scene
    node = world.nodes["XC"]
    send(world, fields=ASKS)
    send(world, fields=ASKS, urgency="emergency")
    token = read_mail(post.handed[0][2]).tokens[0]
    post.box.append(BOUNCE.format(action="failed", status="5.1.1", token=token).encode())
    fetch_mail(node)
    world.advance(hours=2)
    keep_silence(node, world.clock.now())
    post.down = True
    with pytest.raises(Exception, match="mailbox-not-reached"):
        fetch_mail(node)
    shown = visit(world, "XC").see()
    for words in ("Mail came back", "No answer by mail", "telephone the desk", "answers may lie there unread"):
        assert words in shown


def test_an_officer_keeps_a_desk_only_with_the_fingerprint_that_was_read_out(scene: Scene) -> None:
    world, _, peer = scene
    visitor = visit(world, "XC")
    typed = {"name": "CSIRT of XE", "mailbox": "eve@xe.example", "source": "their letter", "language": "fr"}
    typed |= {"certificate": peer.run("--armor", "--export", "eve@xe.example").decode(), "channel": "telephone"}
    wrong = visitor.send("mailboxes/keep", status=400, read_out="0" * 40, **typed).content.decode()
    assert "not the one that was read out" in wrong
    assert "CSIRT of XE" in wrong
    heard = read_certificate(typed["certificate"].encode()).groups
    visitor.send("mailboxes/keep", read_out=heard, **typed)
    shown = visitor.see("mailboxes/")
    assert '<option value="ar" lang="ar"' in shown  # Another list of languages took the place of the reader's own.
    assert (heard in shown, "Not in the register" in shown, "eve@xe.example" in shown) == (True, True, True)
    visitor.send("mailboxes/forget", mailbox="eve@xe.example")
    assert "eve@xe.example" not in visitor.see("mailboxes/")


def test_an_officer_writes_to_a_mailbox_page_by_page(scene: Scene) -> None:
    world, post, peer = scene
    visitor = visit(world, "XC")
    number = written(visitor, THEM)
    shown = visitor.see(f"write/{number}/check")
    for words in ("CSIRT of XD", "by mail, not in the register", "There is no receipt by mail"):
        assert words in shown
    assert "no longer in the register" not in shown
    seen = re.search(r'name="seen" value="([^"]+)"', shown)
    assert seen is not None
    visitor.send(f"write/{number}/send", seen=seen[1])
    world.work("XC")
    assert "Scanning of port 22" in read_there(post, peer)


def test_a_case_of_three_with_a_mailbox_is_held_back_before_it_is_sent(scene: Scene) -> None:
    world, _, _ = scene
    visitor = visit(world, "XC")
    number = written(visitor, THEM, "XD", together="together")
    assert "is between two desks" in visitor.see(f"write/{number}/check")


def test_a_reply_that_names_two_cases_says_so_in_both_with_the_way_to_the_other(scene: Scene) -> None:
    world, post, peer = scene
    first, second = send(world, fields=ASKS), send(world, fields=ASKS)
    named = read_mail(post.handed[0][2]).tokens[0]
    post.box.append(reply(post, peer, f"As in {named}, fixed."))
    fetch_mail(world.nodes["XC"])
    visitor = visit(world, "XC")
    entered, other = visitor.see(f"cases/{second}/"), visitor.see(f"cases/{first}/")
    assert "Names other cases too" in entered and "Names other cases too" not in other
    assert re.search(rf"names other cases of this desk too.*cases/{first}/", entered, re.DOTALL)
    assert re.search(rf"entered another case of this desk.*cases/{second}/", other, re.DOTALL)
