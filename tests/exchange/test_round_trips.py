"""Does every format give back what was written into it, and the same bytes each time?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings

from liaison.exchange.documents import WAYS, decode_document, encode_document, recognise
from liaison.exchange.values import Format, Report
from liaison.messages.forms.observables import Observable
from tests.exchange.reports import LABELS, SCAN, observable, report, reports

FORMATS = list(Format)
PORTS_AND_TIMES = ("kind", "value", "source_port", "destination_port", "first_seen", "last_seen")


def carried(form: Format, case: Report) -> tuple[Observable, ...]:
    left_out = encode_document(form, case).left_out
    return tuple(what for number, what in enumerate(case.observables) if number not in left_out)


@pytest.mark.parametrize("form", FORMATS)
@given(case=reports)
@example(case=report(observable("url", "https://a.a.example/|", first_seen="1970-04-26T17:46:40Z")))
@settings(max_examples=25)
def test_what_is_written_reads_back_the_same(form: Format, case: Report) -> None:
    written = encode_document(form, case)
    if not written.data:  # XARF without a source has no report.
        assert form is Format.XARF
        return
    assert recognise(written.data) is form
    document = decode_document(written.data)
    assert tuple(each.what for each in document.indicators) == carried(form, case)
    assert (document.tlp, document.exercise, document.terms) == (case.tlp, case.exercise, case.terms)
    assert (document.title, document.description) == (case.title, case.description)
    assert document.unclear == ()


@pytest.mark.parametrize("form", FORMATS)
def test_two_exports_are_equal_and_another_case_has_other_ids(form: Format) -> None:
    first, again = encode_document(form, report(SCAN)).data, encode_document(form, report(SCAN)).data
    assert first == again
    other = encode_document(form, report(SCAN, key="0192f0b7-7a00-7000-8000-000000000002")).data
    assert first != other


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("label", LABELS)
def test_the_label_and_the_exercise_stand_in_the_formats_own_members(form: Format, label: Any) -> None:
    """A reader that knows nothing of ours still sees both."""
    written = encode_document(form, report(SCAN, tlp=label, exercise=True)).data.decode()
    spelled = {"amber-strict": "amber+strict"}.get(label, label)
    marks = {
        Format.STIX: f'"tlp_2_0": "{spelled}"',
        Format.MISP: f'"name": "tlp:{spelled}"',
        Format.XARF: f'"tags":["tlp:{spelled}"',
        Format.IODEF: f'restriction="{"white" if label == "clear" else spelled}"',
        Format.CSAF: f'"label": "{"WHITE" if label == "clear" else spelled.upper()}"',
    }
    assert marks[form] in written
    assert "EXERCISE: " in written or '"exercise:yes"' in written


def without_ours(form: Format, data: bytes) -> bytes:
    """The document as a program that knows nothing of Liaison would pass it on."""
    text = data.decode()
    if form is Format.IODEF:
        start, end = text.index('<AdditionalData dtype="json"'), text.index("</EventData>")
        return (text[:start] + text[end:]).encode()
    if form is Format.XARF:
        told = json.loads(text)
        del told["liaison"]
        return json.dumps(told).encode()
    whole = json.loads(text)
    if form is Format.STIX:
        for each in whole["objects"]:
            if each["type"] != "marking-definition":
                each.pop("extensions", None)
    else:
        for each in whole["Event"]["Attribute"]:
            each["comment"] = ""
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    ("form", "lost"),
    [
        (Format.STIX, {"offset"}),
        (Format.MISP, {"destination_port", "protocol", "count"}),
        (Format.XARF, {"count"}),
        (Format.IODEF, {"destination_port"}),
    ],
)
def test_port_and_time_survive_without_our_own_members(form: Format, lost: set[str]) -> None:
    document = decode_document(without_ours(form, encode_document(form, report(SCAN)).data))
    (found,) = document.indicators
    kept = set(Observable.__struct_fields__) - lost
    assert {name: getattr(found.what, name) for name in kept} == {name: getattr(SCAN, name) for name in kept}
    assert document.tlp == "amber"


@pytest.mark.parametrize("form", [Format.STIX, Format.MISP, Format.XARF, Format.IODEF])
def test_our_members_count_only_where_they_agree_with_the_formats_own(form: Format) -> None:
    """Otherwise one reader would be shown an address that another is not."""
    data = encode_document(form, report(SCAN)).data.decode()
    ours = {
        Format.STIX: '"value": "192.0.2.10",\n            "role"',
        Format.MISP: '\\"value\\":\\"192.0.2.10\\"',
        Format.XARF: '"value":"192.0.2.10"',
        Format.IODEF: '"value":"192.0.2.10"',
    }[form]
    assert ours in data, data
    document = decode_document(data.replace(ours, ours.replace("192.0.2.10", "198.51.100.9")).encode())
    assert [each.what.value for each in document.indicators] == ["192.0.2.10"]
    assert [each.why for each in document.unclear] == ["differs"]


def test_xarf_tells_which_observables_are_no_source() -> None:
    victim = observable("ipv4", "192.0.2.1", role="destination")
    written = encode_document(Format.XARF, report(victim, SCAN, observable("md5", "0" * 32)))
    assert written.left_out == (0, 2)
    assert written.data.count(b"\n") == 1


def test_xarf_claims_a_category_only_with_what_it_demands() -> None:
    bare = observable("ipv4", "192.0.2.1")
    case = report(SCAN, bare, incident_type="intrusion-attempts:brute-force")
    kinds = [json.loads(line)["type"] for line in encode_document(Format.XARF, case).data.splitlines()]
    assert kinds == ["login_attack", "threat_intelligence"]


def test_every_format_has_both_ways() -> None:
    assert set(WAYS) == set(Format)


@pytest.mark.parametrize("form", [Format.STIX, Format.MISP, Format.XARF, Format.CSAF])
def test_the_order_of_members_and_how_much_stands_before_them_change_nothing(form: Format) -> None:
    written = encode_document(form, report(SCAN)).data
    first = json.loads(written.partition(b"\n")[0] if form is Format.XARF else written)
    if form is Format.XARF:
        first["evidence"] = [{"content_type": "text/plain", "payload": "A" * 200_000}]
    elif form is Format.STIX:
        first["objects"] += [{"type": "x-a", "id": f"x-a--{n}", "a": "x" * 100} for n in range(2000)]
    ordered = json.dumps(dict(sorted(first.items())), sort_keys=True).encode()
    assert recognise(ordered) is form
    told = [each.what for each in decode_document(ordered).indicators]
    assert told == [each.what for each in decode_document(json.dumps(first).encode()).indicators] and told
