"""Do cases go their way with other OpenPGP programs, with mail servers that write plain words, and with what we cannot
read?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from liaison.errors import MalformedError
from liaison.keys.openpgp.certificates import known_certificate, read_certificate, require_valid
from liaison.keys.openpgp.private import judge_detached
from liaison.messages.mail.reading import encrypted_part, read_mail
from liaison.node import models
from liaison.node.services.mail.fetching import fetch_mail
from liaison.node.services.mail.keys import desk_key
from tests.gnupg import Correspondent, correspondent, encrypted_mail, entity, signed_mail
from tests.mailing import THEM, US, Post, keep, mailing_world, send
from tests.messages.test_mail_programs import HTML, QMAIL, THUNDERBIRD, TOKEN
from tests.rnp import rnp_peer
from tests.scenarios.test_mail import ASKS, states, thread
from tests.sequoia import SequoiaPeer
from tests.world import World

Scene = tuple[World, Post, Correspondent]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with mailing_world(tmp_path) as made:
        yield made


@pytest.fixture
def sq(tmp_path: Path) -> SequoiaPeer:
    (tmp_path / "sq").mkdir()
    return SequoiaPeer(tmp_path / "sq", THEM)


def ours(world: World) -> bytes:
    """The certificate of XC's desk."""
    return desk_key(world.nodes["XC"], world.register, world.desk("XC")).certificate.data


@pytest.mark.parametrize("options", [(), ("--compression", "zip"), ("--compression", "bzip2")])
def test_sq_opens_our_mail_and_what_it_signs_with_a_subkey_enters_the_case(
    scene: Scene, sq: SequoiaPeer, options: tuple[str, ...]
) -> None:
    world, post, peer = scene
    keep(world, peer, certificate=sq.certificate, read_out=read_certificate(sq.certificate).groups)
    case = send(world, fields=ASKS)
    mail = read_mail(post.handed[-1][2])
    assert b"Scanning of port 22" in sq.open(encrypted_part(mail), ours(world))
    part = entity(f"Blocked. {mail.tokens[0]}")
    post.box.append(encrypted_mail(sq.seal(part, ours(world), *options), From=THEM, Subject="..."))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"] == f"Blocked. {mail.tokens[0]}"


def test_rnp_opens_our_mail_though_its_certificate_says_nothing_and_its_answer_enters_the_case(scene: Scene) -> None:
    world, post, peer = scene
    with rnp_peer(THEM) as rnp:
        keep(world, peer, certificate=rnp.certificate, read_out=read_certificate(rnp.certificate).groups)
        case = send(world, fields=ASKS)
        mail = read_mail(post.handed[-1][2])
        assert b"Scanning of port 22" in rnp.open(encrypted_part(mail))
        part = entity(f"Blocked. {mail.tokens[0]}")
        post.box.append(encrypted_mail(rnp.seal(part, ours(world), US), From=THEM, Subject="..."))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"] == f"Blocked. {mail.tokens[0]}"


@pytest.mark.parametrize("kind", ["pasted below a greeting", "attached as a file"])
def test_what_is_sealed_at_a_terminal_counts_wherever_in_the_mail_it_stands(scene: Scene, kind: str) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = THEM, f"Re: [{read_mail(post.handed[-1][2]).tokens[0]}]"
    sealed = peer.seal(b"Blocked.\n", US).decode()
    if kind == "attached as a file":
        mail.set_content("See the file.\n")
        mail.add_attachment(sealed.encode(), maintype="application", subtype="octet-stream", filename="Answer.txt.asc")
    else:
        quoted = "> On Monday you wrote:\n> -----BEGIN PGP MESSAGE-----\n>\n"
        mail.set_content(f"Dear colleagues,\n\n{quoted}\n{sealed}\n-- \nDuty desk\n")
    post.box.append(mail.as_bytes())
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"] == "Blocked."


@pytest.mark.parametrize("kind", ["encrypted", "signed"])
def test_a_line_that_a_gateway_adds_beside_a_signed_mail_neither_hides_it_nor_counts(scene: Scene, kind: str) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    part, token = entity("Blocked."), read_mail(post.handed[-1][2]).tokens[0]
    made = signed_mail(peer, part) if kind == "signed" else encrypted_mail(peer.seal(part, US))
    head = f'From: {THEM}\r\nSubject: Re: [{token}]\r\nContent-Type: multipart/mixed; boundary="o"\r\n\r\n--o\r\n'
    line = "\r\n--o\r\nContent-Type: text/plain\r\n\r\nScanned. Nothing was blocked.\r\n--o--\r\n"
    post.box.append(head.encode() + made + line.encode())
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"] == "Blocked."


def test_an_encrypted_mail_of_which_a_server_took_the_frame_away_is_opened(scene: Scene) -> None:
    world, post, peer = scene
    send(world, fields=ASKS)
    token = read_mail(post.handed[-1][2]).tokens[0]
    made = encrypted_mail(peer.seal(entity("Blocked."), US), From=THEM, Subject=f"Re: [{token}]")
    post.box.append(made.replace(b'multipart/encrypted; protocol="application/pgp-encrypted"', b"multipart/mixed"))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}


def test_a_file_that_was_sealed_by_itself_is_a_file_of_the_case(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    token = read_mail(post.handed[-1][2]).tokens[0]
    sealed = peer.seal(b"PK\3\4\0\0rows", US)
    post.box.append(f"From: {THEM}\r\nSubject: Re: [{token}]\r\n\r\n".encode() + sealed)
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    said = thread(world, case).entries[-1]
    assert "text" not in said.fields
    assert [each.name for each in said.attachments] == ["part-1.bin"]


def test_a_clear_signature_by_sq_counts(scene: Scene, sq: SequoiaPeer) -> None:
    world, post, peer = scene
    keep(world, peer, certificate=sq.certificate, read_out=read_certificate(sq.certificate).groups)
    send(world, fields=ASKS)
    token = read_mail(post.handed[-1][2]).tokens[0]
    text = sq.clear(f"Blocked. {token}\n".encode())
    post.box.append(f"From: {THEM}\r\nSubject: Re [{token}]\r\n\r\n".encode() + text)
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}


def test_what_thunderbird_sends_enters_the_case_with_its_ticket_and_files(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    mail = read_mail(post.handed[-1][2])
    part = THUNDERBIRD.replace(TOKEN, mail.tokens[0]).replace(TOKEN.lower(), mail.tokens[0].lower())
    sealed = peer.seal(part.encode(), US)
    post.box.append(encrypted_mail(sealed, From=THEM, Subject="...", In_Reply_To=mail.message_id))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    said = thread(world, case).entries[-1]
    assert (said.fields["text"]["text"], said.fields["ticket"]) == (
        "We have blocked it.\n\n> Reference",
        "[csirt.xd.example #4711]",
    )
    assert said.notes == ("by-mail",)


def test_a_signed_reply_in_html_alone_enters_the_case_as_words(scene: Scene) -> None:
    world, post, peer = scene
    case = send(world, fields=ASKS)
    mail = read_mail(post.handed[-1][2])
    part = entity("x").replace(b"text/plain", b"text/html").replace(b"x\r\n", HTML.encode() + b"\r\n")
    post.box.append(signed_mail(peer, part, From=THEM, Subject=f"Re: {mail.subject}"))
    assert fetch_mail(world.nodes["XC"]).standings == {"taken-over": 1}
    assert thread(world, case).entries[-1].fields["text"]["text"].startswith("We have blocked it.")


def test_a_bounce_in_plain_words_is_a_bounce(scene: Scene) -> None:
    world, post, _ = scene
    send(world, fields=ASKS)
    token = read_mail(post.handed[-1][2]).tokens[0]
    post.box.append(QMAIL.replace(TOKEN, token).replace(TOKEN.lower(), token.lower()).encode())
    assert fetch_mail(world.nodes["XC"]).standings == {"bounced": 1}
    assert states(world) == ["bounced"]


def test_a_reply_by_s_mime_is_shown_as_what_it_is(scene: Scene) -> None:
    world, post, _ = scene
    send(world, fields=ASKS)
    mail = read_mail(post.handed[-1][2])
    head = f"From: {THEM}\r\nSubject: Re: {mail.subject}\r\n"
    post.box.append(f"{head}Content-Type: application/pkcs7-mime\r\n\r\nMIIB\r\n".encode())
    assert fetch_mail(world.nodes["XC"]).standings == {"unverified": 1}
    with world.at("XC"):
        assert models.FetchedMail.objects.get().reason == "smime"


def test_what_was_signed_before_the_key_expired_counts_and_nothing_is_sealed_to_it_any_more(tmp_path: Path) -> None:
    with correspondent("old@xd.example") as peer:
        day = ("--faked-system-time", "20240110T000000")
        name = "Old desk <short@xd.example>"
        peer.run(*day, "--passphrase", "", "--quick-generate-key", name, "future-default", "default", "seconds=86400")
        data = peer.run("--armor", "--export", "short@xd.example")
        signed = (*day[:1], "20240110T010000!", "--detach-sign", "--armor", "--local-user", "short@xd.example")
        signature = peer.run(*signed, data=b"text\r\n")
        with pytest.raises(MalformedError) as refused:
            require_valid(read_certificate(data), datetime.now(UTC))
        assert refused.value.params["reason"] == "expired"
        known = known_certificate(data)
        assert judge_detached(b"text\r\n", signature, known) == known.fingerprint
        assert judge_detached(b"texts\r\n", signature, known) is None


def test_a_certificate_that_its_owner_revoked_is_refused_and_signs_nothing() -> None:
    with correspondent("gone@xd.example") as peer:
        before = read_certificate(peer.certificate)
        (revocation,) = (peer.home / "openpgp-revocs.d").glob("*.rev")
        peer.import_(revocation.read_text().replace(":-----BEGIN", "-----BEGIN").encode())
        with pytest.raises(MalformedError) as refused:
            read_certificate(peer.certificate)
        assert refused.value.params["reason"] == "revoked"
        assert known_certificate(peer.certificate).fingerprint == before.fingerprint
