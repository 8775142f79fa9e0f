"""Is what common mail programs and servers write read as it was meant? Samples in their shapes, made here by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.messages.mail.answers import read_entity
from liaison.messages.mail.bounces import read_bounce
from liaison.messages.mail.html_words import LARGEST, plain_of
from liaison.messages.mail.reading import Sort, read_mail
from tests.gnupg import entity

TOKEN = "LX-7Q2MZ4KD6A3WPT5H"
COPY = f"Message-ID: <{TOKEN.lower()}@csirt.xc.example>\nSubject: Message from a contact centre [{TOKEN}]\n"
# The words in which servers tell it that write no report by RFC 3464.
SENDMAIL = f"""From: Mail Delivery Subsystem <MAILER-DAEMON@mx.xc.example>
Subject: Returned mail: see transcript for details
Auto-Submitted: auto-generated (failure)

   ----- The following addresses had permanent fatal errors -----
<duty@csirt.xd.example>
    (reason: 550 5.1.1 <duty@csirt.xd.example>... User unknown)

{COPY}"""
QMAIL = f"""Return-Path: <>
From: MAILER-DAEMON@mx.xc.example
Subject: failure notice

Hi. This is the qmail-send program at mx.xc.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<duty@csirt.xd.example>:
192.0.2.25 does not like recipient.
Remote host said: 550 no such mailbox

--- Below this line is a copy of the message.

{COPY}"""
EXIM = f"""Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mx.xc.example>
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its recipients.

  duty@csirt.xd.example
    Unrouteable address

------ This is a copy of your message, including all the headers. ------

{COPY}"""
WARNING = EXIM.replace("Mail delivery failed: returning message to sender", "Warning: message delayed 24 hours")
PLAIN = {
    "sendmail": (SENDMAIL, "failed", "5.1.1", "duty@csirt.xd.example"),
    "qmail": (QMAIL, "failed", "5.0.0", "duty@csirt.xd.example"),
    "exim": (EXIM, "failed", "5.0.0", "duty@csirt.xd.example"),
    "exim, still trying": (WARNING, "delayed", "5.0.0", "duty@csirt.xd.example"),
}


@pytest.mark.parametrize("name", PLAIN)
def test_a_bounce_in_plain_words_names_its_mail_and_what_became_of_it(name: str) -> None:
    raw, action, status, recipient = PLAIN[name]
    mail = read_mail(raw.encode())
    assert mail.sort is Sort.BOUNCE
    bounce = read_bounce(mail)
    assert (bounce.action, bounce.status, bounce.recipient, bounce.tokens) == (action, status, recipient, (TOKEN,))


@pytest.mark.parametrize(
    "raw",
    [
        f"From: duty@csirt.xd.example\nSubject: Re: [{TOKEN}]\n\nYour first mail could not be delivered, 5.1.1.\n",
        f"Return-Path: <>\nFrom: duty@csirt.xd.example\nAuto-Submitted: auto-replied\nSubject: Away\n\n{COPY}",
        f"Return-Path: <>\nFrom: duty@csirt.xd.example\nSubject: Away\n\nI am out of office.\n{COPY}",
    ],
    ids=["a person's words", "a vacation notice", "a vacation notice of an old program"],
)
def test_what_a_person_or_their_machine_wrote_is_no_bounce(raw: str) -> None:
    assert read_mail(raw.encode()).sort in (Sort.PLAIN, Sort.AUTOMATIC)


# Thunderbird 115 and later: protected headers around two levels of parts, its key attached, the outer subject replaced.
THUNDERBIRD = f"""Content-Type: multipart/mixed; boundary="------------outer";
 protected-headers="v1"
From: Duty desk <duty@csirt.xd.example>
To: desk@csirt.xc.example
Message-ID: <1b2c@csirt.xd.example>
Subject: Re: [csirt.xd.example #4711] Message from a contact centre [{TOKEN}]
References: <{TOKEN.lower()}@csirt.xc.example>
In-Reply-To: <{TOKEN.lower()}@csirt.xc.example>

--------------outer
Content-Type: text/plain; protected-headers="v1"
Content-Disposition: inline

Subject: Re: [csirt.xd.example #4711] Message from a contact centre

--------------outer
Content-Type: multipart/mixed; boundary="------------inner"

--------------inner
Content-Type: multipart/alternative; boundary="------------either"

--------------either
Content-Type: text/plain; charset=UTF-8; format=flowed
Content-Transfer-Encoding: base64

V2UgaGF2ZSBibG9ja2VkIGl0LgoKPiBSZWZlcmVuY2U=

--------------either
Content-Type: text/html; charset=UTF-8

<!DOCTYPE html><html><head><title>x</title></head><body><p>We have blocked it.</p></body></html>

--------------either--
--------------inner
Content-Type: application/pgp-keys; name="OpenPGP_0xA1B2C3D4.asc"
Content-Disposition: attachment; filename="OpenPGP_0xA1B2C3D4.asc"

-----BEGIN PGP PUBLIC KEY BLOCK-----
--------------inner--

--------------outer--
""".replace("\n", "\r\n")


def test_what_thunderbird_signs_is_its_words_true_subject_and_files_and_not_the_headers_it_repeats() -> None:
    answer = read_entity(THUNDERBIRD.encode(), subject="...")
    assert answer.text == "We have blocked it.\n\n> Reference"
    assert (answer.ticket, answer.tokens) == ("[csirt.xd.example #4711]", (TOKEN,))
    assert "OpenPGP_0xA1B2C3D4.asc" in [each.name for each in answer.files]


HTML = (
    "<html><head><style>p{color:red}</style></head><body><p>We have <b>blocked</b> it.<br>Thank&nbsp;you</p>"
    '<img src="https://xd.example/seen.gif"><script>alert(1)</script><ul><li>one</li><li>two</li></ul>'
    '<a href="https://xd.example/">our page</a></body></html>'
)


def test_a_reply_in_html_alone_is_its_words_and_keeps_what_was_signed_beside_them() -> None:
    part = entity("x").replace(b"text/plain", b"text/html").replace(b"x\r\n", HTML.encode() + b"\r\n")
    answer = read_entity(part)
    assert answer.text == "We have blocked it.\nThank you\n\none\n\ntwo\nour page"
    assert [(each.media_type, each.data.strip()) for each in answer.files] == [("text/html", HTML.encode())]


def test_an_html_text_that_is_too_large_is_a_file_alone() -> None:
    assert plain_of("<p>" + "x" * LARGEST) == ""


@given(st.text(alphabet=st.sampled_from('<>/!-[]"&;=abcpscript \n'), max_size=300))
def test_any_markup_becomes_words_without_markup_or_nothing(text: str) -> None:
    words = plain_of(text)
    assert "<script" not in words or "&lt;" in text
    assert plain_of("<script>seen</script>") == ""


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=enveloped-data",
        'multipart/signed; protocol="application/pkcs7-signature"; boundary=e',
        'multipart/signed; protocol="application/x-pkcs7-signature"; boundary=e',
    ],
)
def test_a_mail_by_s_mime_is_known_as_such(kind: str) -> None:
    assert read_mail(f"From: a@b.example\nContent-Type: {kind}\n\nx\n".encode()).sort is Sort.SMIME


@given(st.text(max_size=300), st.sampled_from(["550 5.1.1 x", "failure notice", "4.4.1", ""]))
def test_any_words_of_a_mail_server_are_read(words: str, said: str) -> None:
    mail = read_mail(f"From: MAILER-DAEMON@mx.example\nSubject: {said}\n\n{said}\n".encode() + words.encode())
    if mail.sort is Sort.BOUNCE:
        assert read_bounce(mail).action in ("failed", "delayed")
