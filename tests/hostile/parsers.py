"""Which functions of the core read bytes from outside, and what does a good input of each look like?

`PARSERS` is the table; `NOT_FROM_OUTSIDE` names those that take values, not bytes, with the reason.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from liaison.conduct import profiles, proof, reports
from liaison.conduct.measured import routes
from liaison.conduct.parts import make_parts
from liaison.cooperation import catalogue
from liaison.cooperation.evidence import container, custody, manifest, record, stamps
from liaison.duty import calendars
from liaison.duty.checks import node_check
from liaison.duty.exercises import scenario
from liaison.exchange import documents
from liaison.exchange.contacts import files as contacts
from liaison.exchange.reports.answers import decode_answers
from liaison.exchange.reports.reading import decode_report_file
from liaison.exchange.reports.rows import read_row
from liaison.exchange.reports.writing import write_rows
from liaison.exchange.values import Format
from liaison.exchange.xarf.mail import decode_report_mail
from liaison.instruments import catalogue as texts
from liaison.instruments import positions_file
from liaison.keys import agetext, private, sealing, words
from liaison.keys.openpgp.opening import open_container
from liaison.keys.openpgp.packets import read_armor
from liaison.keys.openpgp.private import OpenPgpKey
from liaison.messages import dealings, inside, letter_box, message, receipts
from liaison.messages.parties import DeskRef
from liaison.messages.transcript import pack
from liaison.register import anchor, entries, export, facts, nominations, records
from liaison.register.memory import MemoryView
from liaison.register.vocabulary import ReportFormat
from liaison.routing import addresses, allocation
from liaison.routing.feeds.numbering import decode_sheet
from liaison.tlog import bundles, checkpoint, monitor, tiles, tlogproof, witness
from liaison.wire import age, bech32, byte_ranges, canonical, envelope, http_signature, identifiers, note, parcel
from tests import house
from tests.conduct import examples
from tests.exchange import test_contacts as lists
from tests.exchange.reports import SCAN, report
from tests.exchange.test_row_reports import LINE, SHAPE
from tests.instruments import test_positions_file
from tests.messages import letters, tars
from tests.routing import mmdb

VECTORS = Path(__file__).parents[1] / "vectors"
OPENER = private.SealingIdentity.from_seed(b"\7" * 32)


class Parser(NamedTuple):
    """One function as bytes in, anything out, with good inputs."""

    read: Callable[[bytes], object]
    seeds: list[bytes]


def _file(name: str) -> bytes:
    return (VECTORS / name).read_bytes()


def _json(name: str) -> Any:
    return json.loads(_file(name))


def catalogue_pages() -> list[Path]:
    """The pages of the catalogue of requests."""
    return sorted(house.SOURCES.joinpath("cooperation", "data", "requests").glob("*.toml"))


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A parser of text, given bytes as a file or a header would be decoded."""
    return lambda data: read(data.decode("utf-8", "replace"))


LEAVES = [base64.b64decode(each["leaf"]) for each in _json("register/log.json")]
PAYLOADS = [base64.b64decode(json.loads(leaf)["payload"]) for leaf in LEAVES]
NOTICE, RECEIPTS = _file("messages/notice.json"), [_file("messages/receipt-0.json"), _file("messages/receipt-1.json")]
NOTICE_ENVELOPE = canonical.encode(_json("messages/notice.json")["envelope"])
COSIGNED = _file("tlog/c2sp-cosigned.txt")
VKEYS = [key.encode() for key in _json("note/go-note.json")["vkeys"]]
AGE = [base64.b64decode(each).partition(b"\n\n")[2] for each in _json("age/cctv.json").values()]
SEALED = sealing.seal(b"A message." * 50, OPENER.public)
CHUNKS = b"".join(sealing.seal_chunks([b"A" * 500], OPENER.public))
HASH = base64.b64encode(b"\5" * 32)
PROOF = b"c2sp.org/tlog-proof@v1\nindex 5\n" + HASH + b"\n\n" + COSIGNED
INPUT = (
    b'liaison=("@method" "@authority" "@path" "@query" "content-digest" "content-length");created=1795316520;'
    b'keyid="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";tag="liaison-peer"'
)
ANCHOR = b"liaison anchor v1\norigin example.com/log\nregister " + b"ab" * 32 + b"\nat https://reg.example\n"
CALENDAR, DAYS = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n" + times + b"\r\nSUMMARY:On duty\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    for times in (
        b"DTSTART;TZID=Asia/Kathmandu:20261201T080000\r\nDTEND:20261201T161500Z",
        b"DTSTART;VALUE=DATE:20261225\r\nDURATION:P2D",
    )
)
RECIPIENT = agetext.format_recipient(OPENER.public).encode()
IDENTITY = agetext.format_identity(b"\7" * 32).encode()
FORK = canonical.encode(
    {"first": COSIGNED.decode(), "prefix": HASH.decode(), "proof": [HASH.decode()], "second": COSIGNED.decode()}
)
RECORD = records.encode_record(records.make_record(records.Addresses(ways=()), "public", salt=b"\6" * 32))
OFFLINE = export.HEADER + b"".join(
    f"{name} {len(data)}\n".encode() + data
    for name, data in (
        ("anchor", ANCHOR),
        ("checkpoint", COSIGNED),
        ("entries", b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in LEAVES[:3])),
        ("records", len(RECORD).to_bytes(4, "big") + RECORD),
    )
)
CSV = b"nomination,kind,letter,date,code,mission,institution\nxf-technical,technical,L-1,2026-10-01,XF,a,b\n"
DELEGATED = b"2|ripencc|20261101|1|19830705|20261101|+00\nripencc|XC|ipv4|8.0.0.0|256|20200101|allocated|x\n"
TREATY = resources.files("liaison.instruments").joinpath("data/instruments/budapest-2022-p2.toml").read_bytes()
POSITIONS = test_positions_file.PAGE.encode()
REPORT = examples.report("c" * 64, examples.answer("art-1", "public", "a"), examples.answer("art-2", "own", "b"))
REPORT_PARTS = proof.encode_parts("7a" * 32, make_parts(REPORT, examples.salts()))
SURVEY = resources.files("liaison.conduct").joinpath("data/profiles/unidir-survey.toml")
QUESTION = b'{"after":0,"side":"received","since":"2026-11-20T03:02:00Z"}'
ASKED = dealings.decode_question(QUESTION)
_DESK = {"desk": "duty", "node": "main", "participant": "7a" * 32}
PAGE = canonical.encode(
    {
        "dealings": [
            {
                "case": "0192f0c1-7a00-7000-8000-000000000001",
                "core": "5f" * 32,
                "epoch": "9f" * 16,
                "for": _DESK,
                "from": _DESK | {"participant": "b8" * 32},
                "id": "0192f0c1-7a00-7000-8000-000000000002",
                "message": "c3" * 32,
                "receipts": [base64.b64encode(RECEIPTS[0]).decode()],
                "seq": 0,
            }
        ],
        "next": 7,
    }
)
HOSTS = [b"192.0.2.1", b"2001:db8::/32", b"AS64500", b"csirt.xc.example", b"https://a.example/x", b"192.0.2.0/24"]
EXPORTED = {form: documents.encode_document(form, report(SCAN, exercise=True, terms="For you")).data for form in Format}
CONTACTS = 'name;country;email\n"CERT; XJ";XJ;cert@example.xj\n'

TABLES = (ReportFormat.CSV, ReportFormat.JSON_LINES)
ROWS = [read_row(SHAPE, LINE, number) for number in (1, 2)]
NUMBERED = {form: write_rows(form, report(), ROWS).data for form in ReportFormat}
REPORT_MAIL = (
    b"From: a@xc.example\r\nMessage-ID: <1@xc.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nTwo rows.\r\n'
    b"--b\r\nContent-Type: application/json\r\n\r\n" + NUMBERED[ReportFormat.XARF] + b"\r\n--b--\r\n"
)
MAIL_KEY = OpenPgpKey.generate("Contact centre <desk@xc.example>")
MAIL = read_armor(MAIL_KEY.seal(b"Scanning of port 22. " * 40, MAIL_KEY.certificate))
PROPOSAL = inside.encode_proposal(
    inside.Proposal(
        attachments=(),
        case="0192f0c1-7a00-7000-8000-000000000001",
        fields={
            "title": {"lang": "en", "text": "Scanning of port 22"},
            "incident_type": "information-gathering:scanner",
            "expectation": "for-information",
        },
        form="incident-notice",
        marking=None,
        stage=None,
        tlp="amber",
        to=(DeskRef("7a" * 32, "main", "duty"),),
        urgency="routine",
        wanted_by=None,
    )
)

CHECK = node_check.Question(DeskRef("7a" * 32, "main", "duty"), "0f" * 16, "5f" * 32, "2026-11-26T03:02:00Z")
CHECKED = node_check.encode_answer(
    node_check.Answer("2026-11-20T03:02:00Z", CHECK.nonce, "2026-11-26T03:02:01Z", "", "0.1.0", 12)
)

AUTHORITY = _file("evidence/authority.pem")
TRUST = stamps.parse_trust(AUTHORITY)


def read_evidence(data: bytes) -> None:
    """A container to its end."""
    for _, chunks in container.read_container(BytesIO(data).read).files:
        for _ in chunks:
            pass


ROUTES = [
    b"asn,prefix,seen_at,state\nAS64496,192.0.2.0/24,2026-11-20T06:00:00Z,invalid\n",
    b'[{"asn":64496,"prefix":"2001:db8::/32","seen_at":"2026-11-20T06:00:00Z"}]',
]
ROAS = [
    b"ASN,IP Prefix,Max Length,Trust Anchor\nAS64496,192.0.2.0/24,24,example\n",
    b'{"metadata":{},"roas":[{"asn":"AS64496","prefix":"192.0.2.0/24","maxLength":24,"ta":"example"}]}',
]
PARSERS: dict[str, Parser] = {
    "conduct.measured.routes.decode_roas": Parser(routes.decode_roas, ROAS),
    "conduct.measured.routes.decode_routes": Parser(routes.decode_routes, ROUTES),
    "cooperation.evidence.container.read_container": Parser(read_evidence, [_file("evidence/container.tar")]),
    "cooperation.evidence.custody.decode_line": Parser(custody.decode_line, [_file("evidence/line.json")]),
    "cooperation.evidence.manifest.decode_manifest": Parser(
        manifest.decode_manifest, [_file("evidence/manifest.json")]
    ),
    "cooperation.evidence.record.decode_record": Parser(record.decode_record, [_file("evidence/record.json")]),
    "cooperation.evidence.stamps.parse_trust": Parser(stamps.parse_trust, [AUTHORITY]),
    "cooperation.evidence.stamps.verify_stamp": Parser(
        lambda data: stamps.verify_stamp(data, b"the payload of a line", TRUST), [_file("evidence/stamp.der")]
    ),
    "messages.transcript.pack.decode_log": Parser(
        pack.decode_log, [canonical.encode({"checkpoint": COSIGNED.decode(), "entries": [HASH.decode()]})]
    ),
    "exchange.reports.answers.decode_answers": Parser(
        lambda data: decode_answers(data, rows=9), [b"liaison_row,answer,ticket\n1,fixed,RT#1\n2,not-ours,\n"]
    ),
    "exchange.reports.reading.decode_report_file": Parser(decode_report_file, list(NUMBERED.values())),
    "exchange.xarf.mail.decode_report_mail": Parser(decode_report_mail, [REPORT_MAIL]),
    "routing.feeds.numbering.decode_sheet": Parser(decode_sheet, [NUMBERED[each] for each in TABLES]),
    "duty.checks.node_check.decode_question": Parser(node_check.decode_question, [node_check.encode_question(CHECK)]),
    "duty.checks.node_check.decode_answer": Parser(lambda data: node_check.decode_answer(data, CHECK), [CHECKED]),
    "keys.openpgp.opening.open_container": Parser(
        lambda data: open_container(data, MAIL_KEY._subkey, limit=1 << 20), [MAIL]
    ),
    "messages.inside.decode_proposal": Parser(inside.decode_proposal, [PROPOSAL]),
    "wire.byte_ranges.parse_range": Parser(
        text(lambda data: byte_ranges.parse_range(data, most=1 << 23)), [b"bytes=0-65535"]
    ),
    "wire.byte_ranges.parse_content_range": Parser(
        text(lambda data: byte_ranges.parse_content_range(data, most=1 << 23)), [b"bytes 0-65535/70000"]
    ),
    "wire.identifiers.parse_instant": Parser(text(identifiers.parse_instant), [b"2026-11-23T09:00:00Z"]),
    "wire.identifiers.parse_decimal": Parser(text(identifiers.parse_decimal), [b"0", b"20852163"]),
    "wire.identifiers.decode_hex": Parser(text(identifiers.decode_hex), [b"ab" * 32]),
    "wire.identifiers.decode_base64": Parser(text(identifiers.decode_base64), [HASH]),
    "wire.bech32.parse_bech32": Parser(text(bech32.parse_bech32), [RECIPIENT, IDENTITY]),
    "wire.envelope.decode_envelope": Parser(
        lambda data: envelope.decode_envelope(data, payload_type=envelope.PayloadType.ENTRY, limit=1 << 16), LEAVES
    ),
    "wire.http_signature.parse_signature_input": Parser(text(http_signature.parse_signature_input), [INPUT]),
    "wire.http_signature.parse_signature": Parser(
        text(http_signature.parse_signature), [b"liaison=:" + b"A" * 86 + b"==:"]
    ),
    "wire.http_signature.parse_content_digest": Parser(
        text(http_signature.parse_content_digest), [b"sha-256=:" + HASH + b":"]
    ),
    "wire.age.parse_header": Parser(age.parse_header, [*AGE, SEALED]),
    "wire.age.decode_unpadded": Parser(age.decode_unpadded, [HASH.rstrip(b"=")]),
    "wire.canonical.decode_struct": Parser(
        lambda data: canonical.decode_struct(data, entries.EntryPayload, limit=1 << 16), PAYLOADS
    ),
    "wire.parcel.decode_parcel": Parser(
        lambda data: parcel.decode_parcel(data, most=3),
        [parcel.encode_parcel([("7a/duty", SEALED[:300]), ("200", b"")])],
    ),
    "wire.note.parse_note": Parser(note.parse_note, [COSIGNED]),
    "wire.note.parse_signatures": Parser(note.parse_signatures, [COSIGNED.partition(b"\n\n")[2]]),
    "wire.note.parse_vkey": Parser(text(note.parse_vkey), VKEYS),
    "keys.agetext.parse_recipient": Parser(text(agetext.parse_recipient), [RECIPIENT]),
    "keys.agetext.parse_identity": Parser(text(agetext.parse_identity), [IDENTITY]),
    "keys.sealing.open_sealed": Parser(lambda data: sealing.open_sealed(data, [OPENER]), [SEALED]),
    "keys.sealing.open_chunks": Parser(
        lambda data: list(sealing.open_chunks([data], [OPENER], size=500)),
        [CHUNKS],
    ),
    "keys.words.parse_words": Parser(text(words.parse_words), [words.format_words("9f" * 32).encode()]),
    "tlog.monitor.decode_fork": Parser(monitor.decode_fork, [FORK]),
    "tlog.bundles.parse_bundle_path": Parser(text(bundles.parse_bundle_path), [b"tile/entries/x001/234.p/5"]),
    "tlog.bundles.decode_bundle": Parser(
        lambda data: bundles.decode_bundle(data, 2), [b"\0\3abc\0\4defg", b"\0\0\0\0"]
    ),
    "tlog.tlogproof.parse_proof": Parser(tlogproof.parse_proof, [PROOF]),
    "tlog.tlogproof.decode_lines": Parser(tlogproof.decode_lines, [PROOF.partition(b"\n\n")[0]]),
    "tlog.tlogproof.decode_hashes": Parser(
        text(lambda data: tlogproof.decode_hashes(data.split("\n"))), [HASH + b"\n" + HASH]
    ),
    "tlog.checkpoint.parse_checkpoint": Parser(
        text(checkpoint.parse_checkpoint), [COSIGNED.partition(b"\n\n")[0] + b"\n"]
    ),
    "tlog.witness.parse_add_checkpoint": Parser(witness.parse_add_checkpoint, [b"old 5\n" + HASH + b"\n\n" + COSIGNED]),
    "tlog.witness.parse_size": Parser(witness.parse_size, [b"20852163\n"]),
    "tlog.tiles.parse_tile_path": Parser(text(tiles.parse_tile_path), [b"tile/0/x001/234.p/5"]),
    "register.records.decode_record": Parser(records.decode_record, [RECORD]),
    "register.entries.decode_entry": Parser(entries.decode_entry, LEAVES),
    "register.entries.decode_payload": Parser(entries.decode_payload, PAYLOADS),
    "register.entries.read_body": Parser(lambda data: entries.read_body(entries.decode_payload(data)), PAYLOADS),
    "register.export.decode_offline": Parser(export.decode_offline, [OFFLINE]),
    "register.anchor.parse_anchor": Parser(anchor.parse_anchor, [ANCHOR]),
    "register.facts.decode_fact": Parser(
        lambda data: facts.decode_fact(data, facts.Globals),
        [canonical.encode(_json("register/state.json")["globals"])],
    ),
    "register.nominations.parse_nominations": Parser(text(nominations.parse_nominations), [CSV]),
    "duty.calendars.decode_calendar": Parser(lambda data: calendars.decode_calendar(data, UTC), [CALENDAR, DAYS]),
    "exchange.contacts.files.decode_contacts": Parser(
        contacts.decode_contacts,
        [text.encode() for text in (lists.VCARD, lists.JSCONTACT, lists.RFC2350, lists.SIGNED, lists.FIRST, CONTACTS)],
    ),
    "conduct.profiles.decode_profile": Parser(profiles.decode_profile, [SURVEY.read_bytes()]),
    "conduct.proof.decode_parts": Parser(
        lambda data: proof.judge_parts(proof.decode_parts(data), MemoryView()), [REPORT_PARTS]
    ),
    "conduct.reports.decode_report": Parser(reports.decode_report, [reports.encode_report(REPORT)]),
    "cooperation.catalogue.decode_instrument_page": Parser(
        catalogue.decode_instrument_page, [page.read_bytes() for page in catalogue_pages()]
    ),
    "duty.exercises.scenario.decode_scenario": Parser(
        scenario.decode_scenario, [*scenario.shipped_scenarios().values()]
    ),
    "instruments.catalogue.decode_instrument": Parser(texts.decode_instrument, [TREATY]),
    "instruments.positions_file.decode_positions": Parser(
        lambda data: positions_file.decode_positions(data, texts.load_instruments()), [POSITIONS]
    ),
    "exchange.documents.decode_document": Parser(documents.decode_document, [*EXPORTED.values()]),
    "messages.transcript.pack.decode_transcript": Parser(pack.decode_transcript, [_file("messages/transcript.json")]),
    "messages.message.open_message": Parser(message.open_message, [NOTICE]),
    "messages.message.read_message_envelope": Parser(message.read_message_envelope, [NOTICE_ENVELOPE]),
    "messages.message.decode_payload": Parser(
        message.decode_payload, [base64.b64decode(json.loads(NOTICE_ENVELOPE)["payload"])]
    ),
    "messages.receipts.decode_receipt": Parser(receipts.decode_receipt, RECEIPTS),
    "messages.dealings.decode_question": Parser(dealings.decode_question, [QUESTION]),
    "messages.dealings.decode_page": Parser(lambda data: dealings.decode_page(data, ASKED), [PAGE]),
    "messages.dealings.decode_again": Parser(dealings.decode_again, [b'{"messages":["' + b"ab" * 32 + b'"]}']),
    "messages.letter_box.decode_note": Parser(letter_box.decode_note, [letters.SIGNED]),
    "messages.letter_box.decode_letters": Parser(
        lambda data: letter_box.decode_letters(data, after=0), [letters.PAGE_BYTES]
    ),
    "messages.letter_box.decode_arrived": Parser(letter_box.decode_arrived, [b'{"arrived":2097152}']),
    "messages.tarball.read_tarball": Parser(tars.parse_tarball, [_file("messages/sealed-file.tar")]),
    "routing.allocation.decode_delegated": Parser(lambda data: allocation.decode_delegated([data]), [DELEGATED]),
    "routing.allocation.decode_tor_geoip": Parser(
        lambda data: allocation.decode_tor_geoip([data]), [b"16777216,16777471,XC\n", b"2001:db8::,2001:db8::1,XC\n"]
    ),
    "routing.allocation.decode_mmdb": Parser(
        allocation.decode_mmdb, [mmdb.write({"192.0.2.0/24": {"country": {"iso_code": "XC"}}})]
    ),
    "routing.addresses.parse_resource": Parser(text(addresses.parse_resource), HOSTS),
    "routing.addresses.parse_address": Parser(text(addresses.parse_address), HOSTS),
    "routing.addresses.parse_prefix": Parser(text(addresses.parse_prefix), HOSTS),
    "routing.addresses.parse_host": Parser(text(addresses.parse_host), HOSTS),
    "routing.addresses.parse_name": Parser(text(addresses.parse_name), HOSTS),
}

_BEHIND = "behind exchange.documents.decode_document, whose good inputs are of all formats"
NOT_FROM_OUTSIDE = {
    **{f"exchange.{form}.reading.decode_{form}": _BEHIND for form in Format},
    **dict.fromkeys(
        (
            "exchange.contacts.electronic_cards.decode_jscontact",
            "exchange.contacts.electronic_cards.decode_vcards",
            "exchange.contacts.pages.decode_rfc2350",
            "exchange.contacts.pages.decode_security_txt",
            "exchange.contacts.tables.decode_csv",
            "exchange.contacts.tables.decode_teams",
        ),
        "behind exchange.contacts.files.decode_contacts, whose good inputs are of all kinds",
    ),
    "conduct.parts.open_part": "takes the value of decode_record",
    "exchange.strict_json.decode_json": _BEHIND,
    "exchange.strict_xml.decode_xml": _BEHIND,
    "tlog.tiles.parse_index": "takes the groups that parse_tile_path and parse_bundle_path matched",
    "register.entries.open_entry": "takes the value of decode_envelope; decode_entry is both",
    "register.entries.decode_entries": "decode_entry of each; tests/register compares them on leaves that are none too",
    "register.law.secretariat.open_register": "takes an entry that was read",
    "routing.columns.parse_column": "takes columns; tests/routing compares it with parse_resource on arbitrary text",
    "routing.columns.parse_ipv4": "takes columns; as parse_column",
    "routing.columns.parse_ipv6": "takes columns; as parse_column",
    "routing.columns.parse_names": "takes columns; tests/routing compares it with parse_name on arbitrary text",
}
