"""Does a real SMTP server take our mails, and a real IMAP server give up what lies there, unharmed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import tests.with_django  # noqa: F401
from liaison.adapters.mail.catalogues import FolderCatalogues
from liaison.adapters.mail.server import HEADER, MailServer
from liaison.errors import UnreachableError, UsageError
from liaison.messages.mail.mailbox import MailPlace
from liaison.node import models
from liaison.node.services.mail.fetching import fetch_mail
from tests.mail_servers import Servers, mail_servers
from tests.mailing import THEM, US, Post, mailing_world, reply, send
from tests.scenarios.test_mail import ASKS, states

MAIL = b"From: a@b.example\r\nSubject: one\r\n\r\nHello.\r\n"

# aiosmtpd tells of its own future and of an authentication that it sees without STARTTLS (it listens under TLS).
pytestmark = [
    pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning"),
]


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with mail_servers() as made:
        yield made


def test_the_submission_server_takes_a_mail_over_checked_tls(servers: Servers) -> None:
    MailServer(servers.access).send(US, THEM, MAIL)
    assert servers.taken[-1] == (US, [THEM], MAIL)


@pytest.mark.parametrize("farewell", ["421 4.3.2 shutting down", "500 5.5.1 what?"])
def test_a_mail_that_was_taken_is_taken_whatever_the_server_says_in_farewell(servers: Servers, farewell: str) -> None:
    servers.farewell, before = farewell, len(servers.taken)
    MailServer(servers.access).send(US, THEM, MAIL)
    servers.farewell = "221 Bye"
    assert len(servers.taken) == before + 1


def test_a_server_that_nobody_vouches_for_gets_neither_mail_nor_password(servers: Servers) -> None:
    before = len(servers.taken)
    stranger = MailServer(replace(servers.access, authorities=""))
    with pytest.raises(UnreachableError, match="mail-server-not-reached"):
        stranger.send(US, THEM, MAIL)
    with pytest.raises(UnreachableError, match="mailbox-not-reached"):
        list(stranger.fetch(MailPlace(), most=10, largest=1 << 20))
    assert len(servers.taken) == before


def test_a_mailbox_that_is_not_there_is_refused_for_good(servers: Servers) -> None:
    servers.unknown.add("gone@xd.example")
    with pytest.raises(UnreachableError) as caught:
        MailServer(servers.access).send(US, "gone@xd.example", MAIL)
    assert (caught.value.permanent, caught.value.params["status"]) == (True, 550)


def test_the_mailbox_is_read_from_a_place_on_and_left_as_it_was(servers: Servers) -> None:
    server = MailServer(servers.access)
    for number in range(3):
        servers.deliver("desk", MAIL.replace(b"one", b"%d" % number))
    first = list(server.fetch(MailPlace(), most=2, largest=1 << 20))
    assert [each.data.count(b"Subject: %d" % number) for number, each in enumerate(first)] == [1, 1]
    rest = list(server.fetch(first[-1].at, most=10, largest=1 << 20))
    assert [each.data.count(b"Subject: 2") for each in rest] == [1]
    assert list(server.fetch(rest[-1].at, most=10, largest=1 << 20)) == []
    again = list(server.fetch(MailPlace(), most=10, largest=1 << 20))
    assert [each.data for each in again] == [each.data for each in (*first, *rest)]
    elsewhere = MailPlace(rest[-1].at.validity + 1, rest[-1].at.uid)
    assert len(list(server.fetch(elsewhere, most=10, largest=1 << 20))) == 3


def test_a_mail_larger_than_asked_for_comes_as_its_headers(servers: Servers) -> None:
    last = list(MailServer(servers.access).fetch(MailPlace(), most=100, largest=1 << 20))[-1].at
    servers.deliver("desk", MAIL + b"x" * 100_000)
    (found,) = MailServer(servers.access).fetch(last, most=10, largest=50_000)
    assert (found.whole, b"Subject: one" in found.data, len(found.data) < 1000) == (False, True, True)


def test_of_a_header_that_does_not_end_only_the_beginning_is_fetched(servers: Servers) -> None:
    servers.deliver("desk", MAIL)
    last = list(MailServer(servers.access).fetch(MailPlace(), most=100, largest=1 << 20))[-1].at
    servers.deliver("desk", b"Subject: long\r\n" + b"X-Line: %s\r\n" % (b"x" * 900) * 2000 + b"\r\nHello.\r\n")
    (found,) = MailServer(servers.access).fetch(last, most=10, largest=1 << 20)
    assert (found.whole, found.data[:13], len(found.data)) == (False, b"Subject: long", HEADER)


def test_a_case_goes_out_and_its_reply_comes_in_through_real_servers(servers: Servers, tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, _, peer):
        real = replace(world.nodes["XC"], mail=MailServer(servers.access), catalogues=FolderCatalogues())
        world.nodes["XC"] = real
        send(world, fields=ASKS)
        assert states(world) == ["handed-over"]
        sent = Post(handed=[(US, THEM, servers.taken[-1][2])])
        servers.deliver("desk", reply(sent, peer, "Blocked."))
        assert fetch_mail(real).standings["taken-over"] == 1
        assert states(world) == ["answered"]
        assert fetch_mail(real).count == 0
        with world.at("XC"):
            assert models.IncomingCopy.objects.count() == 1


def test_without_tls_only_a_server_on_this_machine_is_spoken_to(servers: Servers) -> None:
    with pytest.raises(UsageError, match="mail-needs-tls"):
        MailServer(replace(servers.access, security="none", smtp="mail.example:25"))


def test_the_words_of_the_pages_are_found_without_django() -> None:
    say = FolderCatalogues().say
    assert say("fr", "tlp", "TLP:RED") == "TLP:RED"
    assert say("fr", "incident-notice", "Incident notice") != "Incident notice"
    assert say("zh", "incident-notice", "Incident notice") != "Incident notice"
    assert say("../../etc", "incident-notice", "Incident notice") == "Incident notice"
