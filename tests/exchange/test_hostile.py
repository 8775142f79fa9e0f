"""Are documents made to harm refused in our own words, soon, and without growing?"""

from __future__ import annotations

import gzip
import json
import resource
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from liaison.errors import MalformedError
from liaison.exchange.contacts.files import decode_contacts
from liaison.exchange.documents import decode_document, encode_document
from liaison.exchange.values import Format
from tests.exchange.reports import SCAN, report

XML = '<IODEF-Document version="2.00" xmlns="urn:ietf:params:xml:ns:iodef-2.0">'
DOCTYPE = '<!DOCTYPE IODEF-Document [<!ENTITY a "lol">{}]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def bundle(inner: str) -> bytes:
    return f'{{"type":"bundle","objects":[{inner}]}}'.encode()


def iodef(inner: str, before: str = "") -> bytes:
    return f"{before}{XML}{inner}</IODEF-Document>".encode()


HOSTILE = {
    "billion laughs": (iodef("&l9;", DOCTYPE.format(LAUGHS.replace("&l0;", "&a;"))), "document-xml-declares"),
    "external entity": (
        iodef("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "document-xml-declares",
    ),
    "external document type": (iodef("", '<!DOCTYPE x SYSTEM "http://xc.example/x.dtd">'), "document-xml-declares"),
    "parameter entity": (iodef("", '<!DOCTYPE x [<!ENTITY % p "q"> %p;]>'), "document-xml-declares"),
    "instruction": (iodef("", '<?xml-stylesheet href="http://xc.example/"?>'), "document-xml-declares"),
    "deep xml": (iodef("<a>" * 100_000 + "</a>" * 100_000), "document-too-deep"),
    "wide xml": (iodef("<a/>" * 60_000), "document-too-many"),
    "many attributes": (iodef("<a " + " ".join(f'a{n}="1"' for n in range(1000)) + "/>"), "document-too-many"),
    "hidden override": (iodef("<Incident><Description>&#x202e;</Description></Incident>"), "document-characters"),
    "unfinished xml": (iodef("<Incident>"), "document-not-xml"),
    "another encoding": (iodef("").decode().encode("utf-16"), "document-unknown"),
    "xml in latin-1": (iodef("<a>\u00e9</a>").decode().encode("latin-1"), "document-not-utf8"),
    "deep json": (bundle("[" * 100_000 + "]" * 100_000), "document-too-deep"),
    "deep objects": (bundle('{"a":' * 5_000 + "1" + "}" * 5_000), "document-too-deep"),
    "wide json": (bundle(",".join(["{}"] * 300_000)), "document-too-many"),
    "huge number": (bundle('{"a":' + "9" * 100_000 + "}"), "document-number"),
    "huge exponent": (bundle('{"a":1e999}'), "document-number"),
    "not a number": (bundle('{"a":NaN}'), "document-number"),
    "name twice": (bundle('{"type":"indicator","type":"identity"}'), "document-name-twice"),
    "nul": (bundle('{"a":"\\u0000"}'), "document-characters"),
    "half a character": (bundle('{"a":"\\ud800"}'), "document-characters"),
    "override": (bundle('{"a":"\u202e"}'), "document-characters"),
    "escaped override": (bundle('{"a":"\\u202e"}'), "document-characters"),
    "ten megabytes": (bundle(json.dumps("x" * (10 << 20))), "document-too-large"),
    "unfinished json": (bundle("")[:-1], "document-not-json"),
    "open string": (b'{"type":"bundle","objects":["' + b'\\"' * 500_000, "document-not-json"),
    "packed": (gzip.compress(bundle("")), "document-unknown"),
    "archive": (b"PK\x03\x04" + b"\0" * 100, "document-unknown"),
    "nothing": (b"", "document-unknown"),
    "xarf 3": (b'{"xarf_version":"3.0"}', "document-of-another-format"),
    "iodef 1": (iodef("").replace(b"2.00", b"1.00"), "document-of-another-format"),
    "csaf 1": (b'{"document":{"csaf_version":"1.2"}}', "document-of-another-format"),
    "misp list": (b'{"Event":[]}', "document-of-another-format"),
    "stix without a bundle": (b'{"type":"report","a":"bundle","objects":[]} "bundle"', "document-not-json"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_soon_and_takes_no_room(name: str) -> None:
    data, code = HOSTILE[name]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(MalformedError) as refused:
        decode_document(data)
    assert refused.value.code == code
    assert time.process_time() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def bulk(count: int) -> bytes:
    lines = "not an address\n" * count
    inner = f"<BulkObservable type='ipv4-addr'><BulkObservableList>{lines}</BulkObservableList></BulkObservable>"
    return iodef(
        f"<Incident><IndicatorData><Indicator><Observable>{inner}</Observable></Indicator></IndicatorData></Incident>"
    )


LABORIOUS: dict[str, Callable[[], object]] = {
    "4,000 patterns": lambda: decode_document(
        bundle(
            ",".join(
                f'{{"type":"indicator","pattern":"[url:value = \'https://a.example/{n}\']"}}' for n in range(4_000)
            )
        )
    ),
    "a pattern of one parenthesis after another": lambda: decode_document(
        bundle(",".join(f'{{"type":"indicator","pattern":"[{"a:b IN (1 " * 1_900}]"}}' for n in range(30)))
    ),
    "a list of what is nothing": lambda: decode_document(bulk(60_000)),
    "a note of empty lines": lambda: decode_document(
        json.dumps(
            {"document": {"csaf_version": "2.0", "notes": [{"title": "liaison:observables", "text": "\n" * 900_000}]}}
        ).encode()
    ),
    "a field of spaces": lambda: decode_contacts(
        b"Contact: a\nExpires: 2027-01-01T00:00:00Z\nA-b: " + b" " * 1_000_000 + b"x"
    ),
    "contacts of spaces": lambda: decode_contacts(
        b"Expires: 2027-01-01T00:00:00Z\n" + (b"Contact: x" + b" " * 4_000 + b"x\n") * 400
    ),
    "a card of quotation marks": lambda: decode_contacts(b"BEGIN:VCARD\n" + b'"' * 1_000_001),
    "a table of one cell": lambda: decode_contacts(b"name,note\nx," + b"y" * 1_000_000),
}


@pytest.mark.parametrize("name", LABORIOUS)
def test_what_is_laborious_to_read_is_read_or_refused_soon(name: str) -> None:
    """Each of these took the square of its length, or a step for each of millions of lines, in some version."""
    began = time.process_time()
    with suppress(MalformedError):
        LABORIOUS[name]()
    assert time.process_time() - began < 5


@pytest.mark.parametrize("form", list(Format))
def test_a_document_cut_anywhere_is_refused_or_read_but_never_breaks(form: Format) -> None:
    data = encode_document(form, report(SCAN, exercise=True, terms="For you")).data
    for end in range(0, len(data), max(1, len(data) // 150)):
        try:
            decode_document(data[:end])
        except MalformedError:
            continue
        assert form is Format.XARF or end >= len(data) - 1


def test_more_indicators_than_a_desk_can_look_at_are_refused() -> None:
    lines = b'{"xarf_version":"4.0.0","source_identifier":"192.0.2.1"}\n' * 10_001
    with pytest.raises(MalformedError) as refused:
        decode_document(lines)
    assert refused.value.code == "document-too-many"
