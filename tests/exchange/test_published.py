"""Are documents that others published read as they mean it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.exchange.contacts.files import decode_contacts
from liaison.exchange.documents import decode_document
from liaison.exchange.values import Document, Format
from tests.exchange.reports import SCAN

VECTORS = Path(__file__).parents[1] / "vectors" / "exchange"


def read(name: str) -> Document:
    return decode_document((VECTORS / name).read_bytes())


def told(document: Document) -> list[tuple[str, str]]:
    return [(each.what.kind, each.what.value) for each in document.indicators]


def test_a_login_attack_in_xarf_has_both_ends_with_ports_and_time() -> None:
    document = read("xarf-login-attack.json")
    source, target = (each.what for each in document.indicators)
    assert (source.value, source.role, source.source_port, source.count) == ("198.51.100.77", "source", 45621, 2847)
    assert (target.value, target.role, target.destination_port) == ("203.0.113.22", "destination", 22)
    assert {source.protocol, target.protocol} == {"tcp"}
    assert {source.first_seen, target.first_seen} == {"2025-01-11T12:17:20Z"}
    assert (document.format, document.version, document.tlp) == (Format.XARF, "4.0.0", None)


def test_a_phishing_report_in_xarf_has_host_address_and_hash() -> None:
    assert told(read("xarf-phishing.json")) == [
        ("ipv4", "203.0.113.45"),
        ("url", "http://secure-banking-login.example.com/auth"),
        ("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ]


OF_XARF = {
    "spam": [("ipv4", "192.168.1.100")],
    "ddos": [("ipv4", "192.0.2.155"), ("ipv4", "203.0.113.100")],
    "botnet": [("ipv4", "198.51.100.25"), ("domain", "malicious-command.example.com")],
    "cve": [("ipv4", "172.16.1.200"), ("vulnerability", "CVE-2023-12345")],
    "threat": [("ipv4", "192.0.2.50")],
    "p2p": [("ipv4", "192.0.2.100")],
}


@pytest.mark.parametrize("name", OF_XARF)
def test_a_sample_of_each_category_of_xarf_is_read_with_all_it_names(name: str) -> None:
    document = read(f"xarf-{name}.json")
    assert told(document) == OF_XARF[name]
    assert document.unclear == ()
    assert all(each.what.first_seen for each in document.indicators if each.what.kind != "vulnerability")


def test_an_advisory_in_csaf_2_0_names_its_vulnerability() -> None:
    document = read("csaf-2.0-vex.json")
    assert (document.version, told(document)) == ("2.0", [("vulnerability", "CVE-2021-44228")])
    assert document.title == "Example VEX Document Use Case 5"


def test_markings_of_stix_2_1_are_label_and_terms() -> None:
    document = read("stix-markings.json")
    assert told(document) == [("ipv4", "10.0.0.0")]
    assert (document.tlp, document.indicators[0].tlp) == ("amber", "amber")
    assert document.terms == "Copyright (c) Stark Industries 2017."
    assert document.indicators[0].path == "objects[1]"


def test_observed_data_of_stix_2_1_has_its_times_and_the_rest_is_listed() -> None:
    document = read("stix-observed.json")
    assert told(document) == [
        ("md5", "1717b7fff97d37a1e1a0029d83492de1"),
        ("sha1", "c79a326f8411e9488bdc3779753e1e3489aaedea"),
    ]
    assert {each.what.first_seen for each in document.indicators} == {"2017-02-27T21:37:11Z"}
    assert [(each.path, each.why) for each in document.unclear] == [
        ("objects[5]", "object-type"),
        ("objects[2]", "object-type"),
        ("objects[4]", "object-type"),
    ]


def test_stix_2_0_is_read_too() -> None:
    document = read("stix-2.0-c2.json")
    assert document.version == "2.0"
    assert [kind for kind, _ in told(document)] == ["ipv4", "sha256"]


def test_an_event_of_misp_has_what_its_objects_hold() -> None:
    document = read("misp-objects.json")
    assert told(document) == [("url", "https://www.circl.lu")]
    assert document.indicators[0].path == "Event/Object[1]/Attribute[0]"
    assert [(each.path, each.why) for each in document.unclear] == [("Event/Object[0]/Attribute[0]", "attribute-type")]


def test_an_advisory_in_csaf_2_1_names_its_vulnerability() -> None:
    document = read("csaf-2.1-vex.json")
    assert told(document) == [("vulnerability", "CVE-2021-44228")]
    assert document.title == "Example VEX Document Use Case 1 - Not Affected"
    assert document.description.startswith("Example Company VEX document.")
    assert [each.why for each in document.unclear] == ["products"]


def test_a_minimal_incident_in_iodef_says_that_private_is_no_label() -> None:
    document = read("iodef-minimal.xml")
    assert (document.format, document.version, document.tlp) == (Format.IODEF, "2.00", None)
    assert [(each.path, each.why) for each in document.unclear] == [("Incident/@restriction", "restriction")]


def test_a_campaign_in_iodef_has_its_domain_with_label_and_time_and_nobody_it_is_attributed_to() -> None:
    document = read("iodef-campaign.xml")
    assert (document.tlp, document.unclear) == ("green", ())
    (name,) = document.indicators
    assert (name.what.kind, name.what.value, name.tlp) == ("domain", "kj290023j09r34.example.com", "green")
    assert (name.what.first_seen, name.path) == (
        "2014-12-02T16:18:00Z",
        "Incident/IndicatorData/Indicator/Observable/BulkObservable",
    )
    assert document.title.startswith("Summarizes the Indicators of Compromise")
    assert "BUTTERFLY" not in str(document)


def test_what_oasis_own_library_writes_is_read_with_port_time_and_label() -> None:
    document = read("stix-library.json")
    assert [value for _, value in told(document)] == ["x.example", "192.0.2.1", "192.0.2.2", "203.0.113.9"]
    last = document.indicators[-1].what
    assert (last.role, last.destination_port, last.protocol, last.count) == ("destination", 8080, "tcp", 5)
    assert (last.first_seen, last.last_seen) == ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    assert (document.tlp, document.unclear) == ("green", ())


def test_an_event_that_pymisp_read_and_wrote_again_has_lost_nothing() -> None:
    document = read("misp-library.json")
    assert document.indicators[0].what == SCAN
    assert (document.tlp, document.exercise, document.terms) == ("amber", True, "For you")
    added = document.indicators[-1].what
    assert (added.value, added.destination_port, added.first_seen) == ("198.51.100.7", 443, "2025-12-31T23:00:00Z")
    assert document.unclear == ()


def test_the_examples_of_the_specification_are_read() -> None:
    page = (VECTORS.parents[2] / "docs" / "spec" / "exchange.md").read_text(encoding="utf-8")
    report = decode_document(page.split("```json\n")[1].split("```")[0].encode())
    assert told(report) == [("ipv4", "192.0.2.10")]
    event = page.split("```xml\n")[1].split("```")[0]
    space = "urn:ietf:params:xml:ns:iodef-2.0"
    whole = f'<IODEF-Document version="2.00" xmlns="{space}"><Incident>{event}</Incident></IODEF-Document>'
    (indicator,) = decode_document(whole.encode()).indicators
    assert (indicator.what.source_port, indicator.what.count, indicator.what.offset) == (51044, 412, "+03:00")
    page = (VECTORS.parents[2] / "docs" / "spec" / "contacts.md").read_text(encoding="utf-8")
    table = decode_contacts(page.split("```\n")[1].encode()).cards
    assert [(each.name, each.telephone) for each in table] == [("CERT Example", "+000 555 0200")]


PATTERNS = {
    "[ipv4-addr:value = '192.0.2.0/24']": [("prefix", "192.0.2.0/24")],
    "[ipv4-addr:value = '192.0.2.1/32' OR domain-name:value = 'A.example']": [
        ("ipv4", "192.0.2.1"),
        ("domain", "a.example"),
    ],
    "[url:value IN ('https://a.example/', 'https://b.example/')]": [
        ("url", "https://a.example/"),
        ("url", "https://b.example/"),
    ],
    "[file:hashes.MD5 = '00000000000000000000000000000000' AND file:hashes.'SHA-1' = '" + "1" * 40 + "']": [
        ("md5", "0" * 32),
        ("sha1", "1" * 40),
    ],
    # What says more, or something else, than its parts is not taken apart.
    "[ipv4-addr:value = '192.0.2.1' AND domain-name:value = 'a.example']": [],
    "[ipv4-addr:value != '192.0.2.1']": [],
    "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [domain-name:value = 'a.example']": [],
    "[domain-name:value LIKE '%.example']": [],
    "[ipv4-addr:value = '192.0.2.1' domain-name:value = 'a.example']": [],
    "[ipv4-addr:value = '192.0.2.1'": [],
    "": [],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_read_where_it_names_things_exactly(pattern: str) -> None:
    import json

    indicator = {"type": "indicator", "pattern_type": "stix", "pattern": pattern}
    bundle = {"type": "bundle", "id": "bundle--0", "objects": [indicator]}
    document = decode_document(json.dumps(bundle).encode())
    assert told(document) == PATTERNS[pattern]
    assert [each.why for each in document.unclear] == ([] if PATTERNS[pattern] else ["pattern"])
