"""Does the mail of the demonstration go as at a real server, to a correspondent with gpg and to one without?"""

from __future__ import annotations

import imaplib
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.adapters.mail.server import MailAccess, MailServer
from liaison.cli.demo.answering import mail_words
from liaison.cli.demo.correspondent import Correspondent, Gpg, OpenPgpTool, OwnLibrary
from liaison.cli.demo.mail_server import PostOffice
from liaison.cli.demo.places import free_ports
from liaison.errors import UnreachableError
from liaison.keys.openpgp.certificates import read_certificate
from liaison.keys.openpgp.private import OpenPgpKey
from liaison.messages.mail.mailbox import MailPlace
from liaison.messages.mail.reading import Sort, encrypted_part, read_mail
from tests.parts import needs

US, THEM = "desk@csirt.xc.example", "duty@csirt.xd.example"
START = MailPlace(0, 0)


@pytest.fixture
def post() -> Iterator[PostOffice]:
    made = PostOffice({US: "of xc", THEM: "of xd"}, *free_ports(2))
    yield made
    made.close()


def server(post: PostOffice, tmp_path: Path, who: str = US, password: str = "of xc") -> MailServer:
    file = tmp_path / f"password-of-{who}"
    file.write_text(password)
    smtp, imap = (f"127.0.0.1:{door.server_address[1]}" for door in post.doors)
    return MailServer(MailAccess(smtp=smtp, imap=imap, security="none", login=who, password_file=str(file)))


def test_what_is_handed_over_lies_in_the_mailbox_byte_for_byte_and_is_read_once(
    post: PostOffice, tmp_path: Path
) -> None:
    mails = [f"Subject: {number}\r\n\r\n.a line with a dot\r\n.\r\n..\r\n".encode() for number in range(3)]
    sending, reading = server(post, tmp_path), server(post, tmp_path, THEM, "of xd")
    assert list(reading.fetch(START, most=10, largest=1000)) == []
    for mail in mails:
        sending.send(US, THEM, mail)
    reading = server(post, tmp_path, THEM, "of xd")
    found = list(reading.fetch(START, most=2, largest=1000))
    assert [(each.data, each.at.uid, each.whole) for each in found] == [(mails[0], 1, True), (mails[1], 2, True)]
    assert [each.data for each in reading.fetch(found[-1].at, most=10, largest=1000)] == mails[2:]
    assert list(reading.fetch(MailPlace(found[0].at.validity, 3), most=10, largest=1000)) == []
    (large,) = list(reading.fetch(MailPlace(found[0].at.validity, 2), most=1, largest=10))
    assert (large.data, large.whole) == (b"Subject: 2", False)


@pytest.mark.parametrize(
    ("asked", "told", "part"),
    [
        ("BODY.PEEK[]<0.5>", b"BODY[]<0>", b"Subje"),
        ("BODY.PEEK[]<12.99>", b"BODY[]<12>", b"\r\nx\r\n"),
        ("BODY.PEEK[HEADER]<9.99>", b"BODY[HEADER]<9>", b"1\r\n\r\n"),
        ("BODY.PEEK[HEADER]<14.1>", b"BODY[HEADER]<14>", b""),
    ],
)
def test_a_part_of_a_mail_is_told_with_its_origin_and_is_empty_past_the_end(
    post: PostOffice, asked: str, told: bytes, part: bytes
) -> None:
    post.deliver(THEM, b"Subject: 1\r\n\r\nx\r\n")
    with imaplib.IMAP4(*post.doors[1].server_address, timeout=10) as box:
        box.login(THEM, "of xd")
        box.select("INBOX", readonly=True)
        assert box.uid("FETCH", "1", f"({asked})")[1] == [(b"1 (UID 1 %s {%d}" % (told, len(part)), part), b")"]
        for unknown in ("(BODY.PEEK[]<0.0>)", "(BODY.PEEK[TEXT]<0.5>)", "(BODY[]<0.5>)"):
            with pytest.raises(imaplib.IMAP4.error, match="not known here"):
                box.uid("FETCH", "1", unknown)


def test_a_wrong_password_and_a_mailbox_of_elsewhere_are_refused(post: PostOffice, tmp_path: Path) -> None:
    stranger = server(post, tmp_path, password="a guess")
    with pytest.raises(UnreachableError, match="mail-refused"):
        stranger.send(US, THEM, b"Subject: x\r\n\r\nx\r\n")
    with pytest.raises(UnreachableError, match="mailbox-not-reached"):
        list(stranger.fetch(START, most=1, largest=1000))
    with pytest.raises(UnreachableError) as refused:
        server(post, tmp_path).send(US, "somebody@elsewhere.example", b"Subject: x\r\n\r\nx\r\n")
    assert (refused.value.params["status"], post.letters(THEM)) == (550, [])


@pytest.mark.parametrize("program", ["gpg", ""])
def test_a_correspondent_opens_what_we_seal_and_answers_in_the_thread(program: str) -> None:
    tool: OpenPgpTool = Gpg(needs(program), THEM) if program else OwnLibrary(THEM)
    peer = Correspondent(THEM, tool)
    try:
        ours = OpenPgpKey.generate(f"Desk <{US}>")
        theirs = read_certificate(tool.certificate())
        assert tool.fingerprint().replace(" ", "") == theirs.fingerprint.upper()
        tool.take(ours.certificate.data)
        sealed = ours.seal(b"Content-Type: text/plain\r\n\r\nScanning.\r\n", theirs)
        head = b"Message-ID: <lx-1@xc.example>\r\nSubject: A [LX-1]\r\nContent-Type: application/octet-stream\r\n\r\n"
        assert peer.open(head + sealed).get_content().strip() == "Scanning."
        answer = read_mail(peer.reply(head + sealed, "Blocked.", to=US, number=1))
        assert (answer.sort, answer.sender, answer.answers) == (Sort.ENCRYPTED, THEM, ("<lx-1@xc.example>",))
        opened = ours.open(encrypted_part(answer), theirs, limit=1 << 20)
        assert (opened.text.strip(), opened.signer) == (b"Blocked.", theirs.fingerprint)
    finally:
        tool.close()


def test_a_mail_is_shown_on_one_line_without_the_secret_of_its_link() -> None:
    letter = b"Subject: x\r\n\r\nTo say that you have it: http://xd.localhost/have/abc\r\nOr answer with 4821.\r\n"
    assert mail_words(letter) == "To say that you have it: (a link) Or answer with 4821."
