"""Are lists and pages of teams read as they mean it, written so that they read back, and merged with every source?"""

from __future__ import annotations

import csv
import io
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.exchange.contacts.cards import LARGEST, Card, card
from liaison.exchange.contacts.files import KINDS, Told, decode_contacts, encode_contacts
from liaison.exchange.contacts.merging import Row, merge

VCARD = """BEGIN:VCARD\r
VERSION:4.0\r
FN:Desk of the Example\r
ORG:Example Network\\, Ltd;Abuse\r
EMAIL;TYPE=work:abuse@net.example\r
item1.TEL;VALUE=uri;TYPE="voice,work":tel:+000-555-0300\r
ADR;TYPE=work:;;1 Street;Town;;00000;XM\r
NOTE:Open from 8 to 18\\n in a long\r
  folded line\r
END:VCARD\r
"""
JSCONTACT = json.dumps(
    {
        "@type": "Card",
        "version": "1.0",
        "uid": "urn:uuid:22b2c7df-9120-4969-8460-05956fe6b065",
        "name": {"full": "Desk of the Example"},
        "organizations": {"o": {"name": "Example Network, Ltd"}},
        "emails": {"e": {"address": "abuse@net.example"}},
        "phones": {"p": {"number": "tel:+000-555-0300"}},
        "addresses": {"a": {"countryCode": "XM"}},
        "notes": {"n": {"note": "Open from 8 to 18  in a long folded line"}},
    }
)
DESK = Card(
    "Desk of the Example", "Example Network, Ltd", "XM", "abuse@net.example", "+000-555-0300",
    "Open from 8 to 18  in a long folded line", ("net.example",),
)  # fmt: skip
RFC2350 = """
1. Document Information
   1.1 Date of Last Update
       This is version 1.4, published 2026-05-02.

2. Contact Information

   2.1 Name of the Team

       CERT Example

   2.3. Time Zone
       UTC+02:00
   2.4 Telephone Number:  +000 555 0200 (switchboard)
   2.7 Electronic Mail Address
       <cert [at] cert.example.xj>
       This is a mail alias.

3. Charter
   3.2 Constituency
       All hosts in example.xj and net.example.
   3.3 Sponsorship and/or Affiliation
       Ministry of the Example
"""
MARKDOWN = RFC2350.replace("   2.1 Name of the Team", "### 2.1 Name of the Team").replace("2.3. Time", "2.5 Time")
SECURITY = """# Our page
Contact: https://net.example/report
Contact: mailto:security@net.example
contact: tel:+000-555-0400
Expires: 2027-01-01T02:00:00+02:00
Preferred-Languages: en, fr
Canonical: https://www.net.example/.well-known/security.txt
"""
SIGNED = f"""-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA512

{SECURITY}
-----BEGIN PGP SIGNATURE-----
Contact: mailto:nobody@other.example

iHUEARYKAB0WIQSsP2kEdoKDVFpSg6u3rK+YCkjapwUCY9qRaQAKCRC3rK+YCkja
-----END PGP SIGNATURE-----
"""
FIRST = json.dumps(
    {"status": "OK", "total": 2, "data": [
        {"id": 1, "team": "CERT-XJ", "team-full": "Computer team of XJ", "country": "XJ", "email": "cert@example.xj",
         "telephone": "+000 555 0200", "website": "https://www.cert.example.xj/en"},
        {"id": 2, "team": "", "country": "XK"},
    ]}
)  # fmt: skip
INTRODUCER = json.dumps([{"Short name": "CERT-XJ", "Country": "XJ", "E-Mail": "cert@example.xj",
                          "Constituency": ["example.xj", "net.example"]}])  # fmt: skip


def one(data: str) -> Card:
    (found,) = decode_contacts(data.encode()).cards
    return found


@pytest.mark.parametrize("data", [VCARD, VCARD.replace("4.0", "3.0"), JSCONTACT, f"[{JSCONTACT}]"])
def test_an_electronic_card_is_read_with_all_it_says(data: str) -> None:
    assert one(data) == DESK


@pytest.mark.parametrize("data", [RFC2350, MARKDOWN, RFC2350.replace("\n", "\r\n")])
def test_a_page_by_rfc_2350_is_read_by_the_titles_of_its_sections(data: str) -> None:
    found = one(data)
    assert found == Card(
        "CERT Example", "Ministry of the Example", "", "cert@cert.example.xj", "+000 555 0200", found.note,
        ("example.xj", "cert.example.xj"),
    ) or found.domains[-1] == "cert.example.xj"  # fmt: skip
    assert (found.name, found.mailbox, found.telephone) == ("CERT Example", "cert@cert.example.xj", "+000 555 0200")
    assert "UTC+02:00" in found.note
    assert "example.xj" in found.domains


def test_a_security_txt_has_its_contact_and_the_time_after_which_it_is_old() -> None:
    found = one(SECURITY)
    assert (found.name, found.mailbox, found.telephone) == ("net.example", "security@net.example", "+000-555-0400")
    assert found.expires == "2027-01-01T00:00:00Z"


def test_what_stands_outside_of_the_signed_text_does_not_count_and_the_note_says_it_was_not_checked() -> None:
    found = one(SIGNED)
    assert found.mailbox == "security@net.example"
    assert "signature was not checked" in found.note


def test_lists_of_first_and_the_trusted_introducer_are_read_by_their_own_names() -> None:
    found = decode_contacts(FIRST.encode())
    assert found.refused == (2,)
    assert found.cards[0].organisation == "Computer team of XJ"
    assert found.cards[0].domains == ("cert.example.xj", "example.xj")
    assert one(INTRODUCER).domains == ("example.xj", "net.example")


_words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
_label = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_host = st.tuples(_label, _label).map(lambda both: f"{both[0]}.{both[1]}.example")


_fingerprint = st.binary(min_size=20, max_size=20).map(bytes.hex)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    mailbox = draw(st.just("") | st.tuples(_label, _host).map("@".join))
    made = card(
        name=draw(_words),
        organisation=draw(st.just("") | _words),
        country=draw(st.sampled_from(["", "XC", "XJ"])),
        mailbox=mailbox,
        telephone=draw(st.sampled_from(["", "+000 555 0200"])),
        note=draw(st.just("") | _words),
        domains=draw(st.lists(_host, max_size=3)),
        key=draw(st.just("") | st.binary(min_size=1, max_size=200).map(lambda data: b64encode(data).decode())),
        fingerprint=draw(st.just("") | _fingerprint),
    )
    assert made is not None
    return made


def same(kind: str, told: Card) -> Card:
    """What a format has no place for is left out."""
    left_out = {"csv": {"key": ""}, "teams": {"key": "", "expires": ""}}
    return replace(told, **left_out.get(kind, {"fingerprint": "", "expires": ""}))


@pytest.mark.parametrize("kind", list(KINDS))
@given(told=st.lists(cards(), min_size=1, max_size=4))
@settings(max_examples=15)
def test_what_is_written_reads_back_the_same(kind: str, told: list[Card]) -> None:
    sources = (("FIRST", "2026-11-01"), ("TI", "2026-10-01"))
    data = encode_contacts(kind, [Told(each, sources) for each in told])
    read = decode_contacts(data).cards
    assert [replace(each, domains=tuple(sorted(each.domains))) for each in read] == [
        replace(same(kind, each), domains=tuple(sorted(each.domains))) for each in told
    ]
    assert data.count(b"not in the register") == len(told)
    assert b"FIRST" in data


# Writers of what we only read, each as its own specification has it and nothing of ours.
def as_first(told: Card) -> str:
    website = f"https://www.{told.domains[0]}/en" if told.domains else ""
    row = {"id": 1, "team": told.name, "team-full": told.organisation, "country": told.country, "email": told.mailbox,
           "telephone": told.telephone, "website": website}  # fmt: skip
    return json.dumps({"status": "OK", "status-code": 200, "version": "1.0", "total": 1, "data": [row]})


def as_introducer(told: Card) -> str:
    row = {"Short name": told.name, "Host organisation": told.organisation, "Country": told.country,
           "E-Mail": told.mailbox, "Main telephone": told.telephone, "Constituency": list(told.domains),
           "PGP fingerprint": grouped(told.fingerprint)}  # fmt: skip
    return json.dumps([row])


def grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + 4].upper() for at in range(0, len(fingerprint), 4))


def as_rfc2350(told: Card) -> str:
    key = b64encode(b"certificate").decode()
    return f"""1. Document Information
2. Contact Information
2.1 Name of the Team
    {told.name}
2.4 Telephone Number
    {told.telephone}
2.7 Electronic Mail Address
    {told.mailbox.replace("@", " [at] ")}
2.8 Public Keys and Encryption Information
    Fingerprint: {grouped(told.fingerprint)}
-----BEGIN PGP PUBLIC KEY BLOCK-----
Comment: x

{key}
=abcd
-----END PGP PUBLIC KEY BLOCK-----
3.2 Constituency
    {", ".join(told.domains)}
3.3 Sponsorship and/or Affiliation
    {told.organisation}
"""


def as_security_txt(told: Card) -> str:
    lines = [f"Contact: mailto:{told.mailbox}"] if told.mailbox else ["Contact: https://x.example/"]
    lines += [f"Contact: tel:{told.telephone}"] if told.telephone else []
    lines += ["Expires: 2027-01-01T00:00:00Z"]
    lines += [f"Encryption: openpgp4fpr:{told.fingerprint}"] if told.fingerprint else []
    lines += [f"Canonical: https://{told.domains[0]}/.well-known/security.txt"] if told.domains else []
    return "\n".join(lines) + "\n"


OTHERS = {
    "FIRST": (as_first, ("name", "organisation", "country", "mailbox", "telephone")),
    "TI": (as_introducer, ("name", "organisation", "country", "mailbox", "telephone", "fingerprint")),
    "RFC 2350": (as_rfc2350, ("name", "mailbox", "telephone", "fingerprint")),
    "security.txt": (as_security_txt, ("mailbox", "telephone", "fingerprint")),
}


@pytest.mark.parametrize("kind", OTHERS)
@given(told=cards())
@example(told=Card("."))
@settings(max_examples=25)
def test_what_others_write_is_read_as_they_mean_it(kind: str, told: Card) -> None:
    # Lists stand bullets and spaces around a cell; they are no part of a name, so no name ends in one.
    told = replace(told, name=f"Team {told.name}".rstrip(" .*-•"), organisation=told.organisation and "Ministry")
    write, members = OTHERS[kind]
    (read,) = decode_contacts(write(told).encode()).cards
    expected = replace(told, name=read.name) if "name" not in members else told
    assert {name: getattr(read, name) for name in members} == {name: getattr(expected, name) for name in members}
    assert set(read.domains) >= ({told.domains[0]} if told.domains else set())
    assert (read.key, kind == "RFC 2350") in ((b64encode(b"certificate").decode(), True), ("", False))


def test_a_key_that_a_document_only_points_to_is_not_fetched_and_said_to_be_elsewhere() -> None:
    found = one(SECURITY + "Encryption: https://net.example/key.asc\n")
    assert (found.key, found.fingerprint) == ("", "")
    assert "https://net.example/key.asc (not fetched)" in found.note
    assert one(VCARD.replace("END:VCARD", "KEY:https://net.example/key.asc\r\nEND:VCARD")).key == ""


@pytest.mark.parametrize("key", ["data:application/pgp-keys;base64,!!!!", "data:text/html;base64,QUFB", "A" * 200_000])
def test_what_is_no_key_is_left_out_of_a_card(key: str) -> None:
    assert one(VCARD.replace("END:VCARD", f"KEY:{key}\r\nEND:VCARD")).key == ""


@given(name=_words, lead=st.sampled_from(["=", "+", "-", "@", "\uff1d", "'"]))
def test_no_cell_of_a_table_is_a_formula_and_it_reads_back(name: str, lead: str) -> None:
    told = card(name=lead + name, note=f"{lead}HYPERLINK(1)")
    assert told is not None
    data = encode_contacts("csv", [Told(told, ((f"{lead}source", "2026-11-01"),))])
    row = list(csv.reader(io.StringIO(data.decode())))[1]
    assert all(not cell or cell[0] not in "=+-@\uff1d" for cell in row)
    assert decode_contacts(data).cards == (told,)


def test_the_same_team_of_two_lists_is_one_and_keeps_each_source_and_date() -> None:
    old = Card("CERT XJ", "", "XJ", "cert@example.xj", "+000 1", domains=("example.xj",))
    new = Card("CERT-XJ", "Ministry", "", "CERT@example.xj", "", domains=("net.example",))
    (merged,) = merge([Row(old, "TI", "2026-10-01"), Row(new, "FIRST", "2026-11-01")])
    assert merged.card == Card(
        "CERT-XJ", "Ministry", "XJ", "CERT@example.xj", "+000 1", domains=("net.example", "example.xj")
    )
    assert merged.sources == (("FIRST", "2026-11-01"), ("TI", "2026-10-01"))


def test_equal_names_join_within_one_country_only() -> None:
    names = [Card("National CSIRT", country=code) for code in ("XC", "XD", "", "XC")]
    merged = merge([Row(each, f"list {number}", "2026-11-01") for number, each in enumerate(names)])
    assert [len(each.rows) for each in merged] == [2, 1, 1]


REFUSED: dict[str, tuple[Any, str]] = {
    "nothing": ("", "book-no-heading"),
    "words": ("just words", "book-no-heading"),
    "another encoding": (b"\xff\xfe", "book-not-utf8"),
    "too large": ("a" * (LARGEST + 1), "book-too-large"),
    "too many teams": (json.dumps([{"team": "x"}] * 20_001), "book-too-many"),
    "too many cards": ("BEGIN:VCARD\nFN:x\nEND:VCARD\n" * 20_001, "book-too-many"),
    "a cut card": ("BEGIN:VCARD\nFN:x\nEND:VCARD\nBEGIN:VCARD\nFN:y\n", "book-card-cut"),
    "no teams": ('{"data": [1]}', "book-not-teams"),
    "other objects": ('[{"a": 1}]', "book-not-teams"),
    "deep": ("[" * 10_000, "document-too-deep"),
    "name twice": ('[{"team": "a", "team": "b"}]', "document-name-twice"),
    "two ends": (SECURITY + "Expires: 2028-01-01T00:00:00Z\n", "book-not-security-txt"),
    "no time": (SECURITY.replace("2027-01-01T02:00:00+02:00", "soon"), "book-not-security-txt"),
    "no name": (
        RFC2350.replace("       CERT Example\n", "").replace("Ministry of the Example", ""),
        "book-not-rfc2350",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_list_is_refused_in_words(name: str) -> None:
    data, code = REFUSED[name]
    with pytest.raises(MalformedError) as refused:
        decode_contacts(data.encode() if isinstance(data, str) else data)
    assert refused.value.code == code
