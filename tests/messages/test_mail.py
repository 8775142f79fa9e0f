"""Does a mail say everything inside and nothing outside, and is what comes back read as it was meant?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.keys.openpgp.certificates import read_certificate
from liaison.keys.openpgp.private import OpenPgpKey, judge_detached
from liaison.messages.mail.answers import is_entity, read_entity, read_text
from liaison.messages.mail.bounces import read_bounce
from liaison.messages.mail.reading import Sort, encrypted_part, parse, parts, read_mail, signed_part
from liaison.messages.mail.tokens import token_of, tokens_in
from liaison.messages.mail.wording import Said, in_english, word, write_call, write_text
from liaison.messages.mail.writing import Envelope, MailFile, write_encrypted, write_inside
from tests.gnupg import Correspondent, correspondent, encrypted_mail, entity, signed_mail
from tests.messages import cast

US, THEM = "desk@xc.example", "duty@xd.example"
KEY = OpenPgpKey.generate(f"Contact centre <{US}>")
TOKEN = token_of(cast.made_hash("a copy"))
ENVELOPE = Envelope(
    sender=US, recipient=THEM, token=TOKEN, at=datetime(2026, 11, 22, tzinfo=UTC), subject=f"Message [{TOKEN}]"
)
BOUNCE = """\
From: MAILER-DAEMON@mx.xc.example
To: desk@xc.example
Return-Path: <>
Message-ID: <b1@mx.xc.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

I am sorry to have to tell you.
--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.xc.example

Final-Recipient: rfc822; duty@xd.example
Action: {action}
Status: {status}
--edge
Content-Type: text/rfc822-headers

Message-ID: <{token}@xc.example>
--edge--
"""


@pytest.fixture(scope="module")
def peer() -> Iterator[Correspondent]:
    with correspondent(THEM) as made:
        made.import_(KEY.certificate.data)
        yield made


def said() -> Said:
    message = cast.composed()
    values = {name: each.value for name, each in message.disclosures.items()}
    return Said(core=message.core, fields=values, sender="XC / duty", token=TOKEN)


def test_gnupg_reads_the_whole_message_and_the_way_there_sees_the_token_alone(peer: Correspondent) -> None:
    text = write_text(said(), ("en",), in_english)
    file = MailFile("flood-log.csv", "text/csv", b"192.0.2.1,53\n")
    inside = write_inside(ENVELOPE, subject="Incident notice", text=text, files=[file])
    mail = write_encrypted(ENVELOPE, KEY.seal(inside, read_certificate(peer.certificate)))
    opened = read_entity(peer.open(encrypted_part(read_mail(mail))))
    assert "Flood against name servers" in opened.text
    assert "Distributed denial of service" in opened.text  # the code as words
    assert [(each.name, each.data) for each in opened.files] == [(file.name, file.data)]
    outside = mail.partition(b"-----BEGIN PGP")[0]
    assert TOKEN.encode() in outside
    for secret in (b"Flood", b"flood", b"ncident", b"XC", b"csv", said().core.case.encode()):
        assert secret not in outside


def test_every_language_of_the_desk_has_its_section_and_english_is_there() -> None:
    def says(language: str, context: str, source: str) -> str:
        return "Référence" if (language, source) == ("fr", "Reference") else source

    text = write_text(said(), ("fr", "ar"), says)
    assert [line for line in text.splitlines() if line.startswith("===")] == ["=== fr ===", "=== ar ===", "=== en ==="]
    assert f"Référence: {TOKEN}" in text
    assert f"Reference: {TOKEN}" in text


def test_a_list_in_a_mail_has_the_comma_of_the_language_of_its_section() -> None:
    def says(language: str, context: str, source: str) -> str:
        return "、" if (language, context) == ("zh-hans", "between two of a list") else source

    told = replace(said(), earlier=("L-1", "L-2"))
    text = write_text(told, ("zh-hans",), says)
    assert ("L-1、L-2" in text, "L-1, L-2" in text) == (True, True)


def test_a_desk_without_a_key_is_told_to_telephone_and_nothing_else() -> None:
    text = write_call(TOKEN, "+999 1 23", ("en",), in_english)
    told = word(in_english, "en", "telephone", telephone="+999 1 23", token=TOKEN)
    assert text == f"{told}\n{word(in_english, 'en', 'nothing')}\n"
    marked = write_call(TOKEN, "+999 1 23", ("en",), in_english, exercise=True)
    assert marked == f"{word(in_english, 'en', 'exercise')}\n{text}"


def test_a_compressed_signed_reply_is_read_with_its_files_and_ticket(peer: Correspondent) -> None:
    part = entity(
        f"We have blocked it.\n> {TOKEN}", subject="[csirt.xd.example #4711] Re: x", files={"a/../b.txt": b"x"}
    )
    mail = read_mail(encrypted_mail(peer.seal(part, US), From=THEM, In_Reply_To=ENVELOPE.message_id))
    assert (mail.sort, mail.answers, mail.tokens) == (Sort.ENCRYPTED, (ENVELOPE.message_id,), (TOKEN,))
    opened = KEY.open(encrypted_part(mail), read_certificate(peer.certificate), limit=1 << 20)
    assert is_entity(opened.text)
    answer = read_entity(opened.text)
    assert answer.text.startswith("We have blocked it.")
    assert (answer.ticket, answer.tokens) == ("[csirt.xd.example #4711]", (TOKEN,))
    assert [each.name for each in answer.files] == ["a_.._b.txt"]


def test_a_text_pasted_from_a_terminal_is_read_too(peer: Correspondent) -> None:
    body = peer.seal(f"Blocked. {TOKEN}".encode(), US)
    mail = read_mail(f"From: {THEM}\r\nSubject: Re: [{TOKEN}]\r\n\r\n".encode() + body)
    opened = KEY.open(encrypted_part(mail), read_certificate(peer.certificate), limit=1 << 20)
    assert (mail.sort, is_entity(opened.text)) == (Sort.ENCRYPTED, False)
    assert read_text(opened.text).text == f"Blocked. {TOKEN}"


def test_a_signed_mail_counts_for_its_exact_bytes(peer: Correspondent) -> None:
    raw = signed_mail(peer, entity(f"Fixed. {TOKEN}"), From=THEM, Subject=f"Re: {TOKEN}")
    theirs = read_certificate(peer.certificate)
    data, signature = signed_part(read_mail(raw.replace(b"\r\n", b"\n")))
    assert judge_detached(data, signature, theirs) == theirs.fingerprint
    data, signature = signed_part(read_mail(raw.replace(b"Fixed", b"Mixed")))
    assert judge_detached(data, signature, theirs) is None


@pytest.mark.parametrize(
    "line",
    ["Auto-Submitted: auto-replied", "Precedence: bulk", "List-Id: <l.example>", "X-Autoreply: yes", "Return-Path: <>"],
)
def test_what_a_machine_wrote_is_no_answer(line: str) -> None:
    assert (
        read_mail(f"From: a@b.example\n{line}\nSubject: Out of office\n\nI am away.\n".encode()).sort is Sort.AUTOMATIC
    )


@pytest.mark.parametrize(("action", "status", "failed"), [("failed", "5.1.1", True), ("delayed", "4.4.1", False)])
def test_a_bounce_names_its_mail_and_whether_the_server_gave_up(action: str, status: str, failed: bool) -> None:
    mail = read_mail(BOUNCE.format(action=action, status=status, token=TOKEN.lower()).encode())
    bounce = read_bounce(mail)
    assert (mail.sort, bounce.failed, bounce.status, bounce.tokens) == (Sort.BOUNCE, failed, status, (TOKEN,))


@pytest.mark.parametrize(("action", "status"), [("exploded", "5.1.1"), ("failed", "9.1.1"), ("failed", "5.1")])
def test_a_bounce_in_other_words_is_none(action: str, status: str) -> None:
    with pytest.raises(MalformedError, match="mail-report-form"):
        read_bounce(read_mail(BOUNCE.format(action=action, status=status, token=TOKEN).encode()))


def nested(depth: int) -> bytes:
    body = b"Content-Type: text/plain\n\nx\n"
    for each in range(depth):
        edge = f"e{each}".encode()
        body = (
            b'Content-Type: multipart/mixed; boundary="'
            + edge
            + b'"\n\n--'
            + edge
            + b"\n"
            + body
            + b"\n--"
            + edge
            + b"--\n"
        )
    return body


@pytest.mark.parametrize(
    "raw",
    [
        nested(12),
        nested(5000),
        b"Content-Type: multipart/mixed; boundary=e\n\n" + b"--e\n\nx\n" * 3000 + b"--e--\n",
        b"X: " + b"a" * 70_000 + b"\n\nx",
        b"Content-Type: message/rfc822\n\n" * 400,
    ],
    ids=["deep", "abyss", "many", "headers", "letters-in-letters"],
)
def test_what_nobody_should_write_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedError):
        read_mail(raw)


LONG = [
    *(b"From: a@xc.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n%s: %s\n\nx\n--b--\n" % (name, value)
      for name in (b"Content-Type", b"Content-Disposition")
      for value in (b'mult' + b'{"a":' * 2000, b"text/plain" + b";" * 60_000, b'text/plain; a=' + b'""' * 30_000)),
    b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(
        b'--b\nContent-Type: text/plain; a=%d%s\n\nx\n' % (number, b'""' * 900) for number in range(60)) + b"--b--\n",
]  # fmt: skip


@pytest.mark.parametrize("raw", LONG)
def test_a_header_that_the_library_reads_for_minutes_is_refused_by_its_length(raw: bytes) -> None:
    for read in (read_mail, read_entity):
        with pytest.raises(MalformedError) as refused:
            read(raw)
        assert refused.value.code == "mail-headers"


def test_an_address_too_long_to_be_read_is_none() -> None:
    assert read_mail(b"From: " + b'""' * 30_000 + b" <a@xc.example>\nSubject: x\n\ny").sender == ""


def test_a_mail_has_room_for_forty_files_with_long_names_and_a_long_thread() -> None:
    mail = EmailMessage()
    mail["From"], mail["References"] = THEM, " ".join(f"<{number:040}@xd.example>" for number in range(100))
    for number in range(40):
        mail.add_attachment(
            b"x", maintype="text", subtype="csv", filename=f"{number} \u0436\u0443\u0440\u043d\u0430\u043b.csv"
        )
    read = read_mail(mail.as_bytes())
    assert len(read.answers) == 32
    assert [part.get_filename() for part in parts(read.parsed)][40] == "39 \u0436\u0443\u0440\u043d\u0430\u043b.csv"


def test_a_name_or_text_that_steers_the_reader_is_disarmed() -> None:
    answer = read_entity(entity("a\x1b[2Jb\x00", files={"\u202egpj.exe": b"", "..": b""}))
    assert answer.text == "a\ufffd[2Jb\ufffd"
    assert [each.name for each in answer.files] == ["_gpj.exe", "part-2.bin"]


def test_a_long_text_is_cut_and_whole_beside_it() -> None:
    answer = read_entity(entity("x" * 30_000))
    assert (len(answer.text), len(answer.files[0].data)) == (20_000, 30_000 + 1)


@given(st.text(max_size=400))
def test_tokens_are_found_in_any_text_and_made_up_in_none(text: str) -> None:
    assert tokens_in(f"{text} {TOKEN.lower()} {text}")[:16].count(TOKEN) == 1
    assert all(each.startswith("LX-") for each in tokens_in(text))


HEADERS = st.sampled_from(["Subject", "From", "Content-Type", "Message-ID", "References", "Auto-Submitted", "X"])
LINES = st.builds(lambda name, value: name.encode() + b": " + value + b"\n", HEADERS, st.binary(max_size=60))


@given(st.lists(LINES, max_size=6), st.binary(max_size=400))
def test_arbitrary_mail_is_read_or_refused_as_malformed(headers: list[bytes], body: bytes) -> None:
    raw = b"".join(headers) + b"\n" + body
    for attempt in (
        lambda: encrypted_part(read_mail(raw)),
        lambda: read_bounce(read_mail(raw)),
        lambda: signed_part(read_mail(raw)),
        lambda: read_entity(raw),
    ):
        try:
            attempt()
        except MalformedError:
            continue
    assert parse(b"Subject: x\n\ny").get("Subject") == "x"
