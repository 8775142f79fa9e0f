"""Does what is typed into the fields of a form become what the form wants, and is nothing lost where it does not?"""

from __future__ import annotations

from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from liaison.messages.forms import check_fields, forms, latest_form, read_observables
from liaison.web.forms import Surroundings, read_form, show_form, typed_of
from liaison.web.forms.instants import find_zone
from liaison.web.forms.observables import read_lines
from liaison.web.forms.reading import READERS

PARIS = Surroundings(zone="Europe/Paris", language="fr")
NOTICE = latest_form("incident-notice")
UTC = find_zone("UTC")


def typed(**given: Any) -> dict[str, list[str]]:
    post = QueryDict(mutable=True)
    for name, value in given.items():
        name = "field." + name.replace("__", ".")
        post.setlist(name, value if isinstance(value, list) else [value])
    return typed_of(post)


def page(name: str, read: Any) -> str:
    form = latest_form(name)
    return str(render_to_string("web/forms/fields.html", {"form_view": show_form(form, read, PARIS)}))


def test_what_is_typed_becomes_fields_that_the_form_accepts() -> None:
    read = read_form(
        NOTICE,
        typed(
            title="Balayage",
            incident_type="information-gathering:scanner",
            expectation="for-information",
            sectors=["water", "energy"],
            critical_infrastructure="no",
            began="2026-11-22T04:02",
            severity__common="2",
            observables="192.0.2.10:51044 tcp 2026-11-22 04:02:05 x412",
            evidence="9f" * 32 + "  disk.img",
            own_reference=" XC-2026-7 ",
            effect="Une ligne.\r\nUne autre.",
            effect__lang="en",
        ),
        PARIS,
    )
    assert read.problems == ()
    check_fields(NOTICE, read.values)
    assert read.values["title"] == {"lang": "fr", "text": "Balayage"}
    assert read.values["began"] == "2026-11-22T03:02:00Z"
    assert read.values["sectors"] == ["energy", "water"]
    assert read.values["critical_infrastructure"] is False
    assert read.values["effect"] == {"lang": "en", "text": "Une ligne.\nUne autre."}
    assert read.values["own_reference"] == "XC-2026-7"


def test_a_field_that_has_to_be_filled_in_is_named_and_the_rest_is_read() -> None:
    read = read_form(NOTICE, typed(title="Scan"), PARIS)
    assert {each.id for each in read.problems} == {"field-incident_type", "field-expectation"}
    assert read.values == {"title": {"lang": "fr", "text": "Scan"}}
    assert read_form(NOTICE, typed(title="Scan"), PARIS, complete=False).problems == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("incident_type", "no-such:code"),
        ("began", "yesterday"),
        ("began", "2026-13-45T04:02"),
        ("observables", "192.0.2.300"),
        ("evidence", "no hash here"),
        ("own_reference", "r" * 101),
        ("severity__scale", "Own scale"),
        ("severity__common", "9"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_input_and_stands_there_again(name: str, value: str) -> None:
    read = read_form(NOTICE, typed(**{name: value}), PARIS, complete=False)
    assert len(read.problems) == 1
    assert read.problems[0].id.startswith("field-" + name.split("__")[0])
    shown = page("incident-notice", read)
    assert f'id="{read.problems[0].id}"' in shown
    if name not in ("incident_type", "severity__common"):  # a choice cannot show what it does not offer
        assert value in shown


def test_a_time_that_the_clocks_skipped_is_refused_and_one_with_an_offset_is_not() -> None:
    read = read_form(NOTICE, typed(began="2026-03-29T02:30", detected="2026-03-29 02:30+01:00"), PARIS, complete=False)
    assert [each.id for each in read.problems] == ["field-began"]
    assert read.values == {"detected": "2026-03-29T01:30:00Z"}


def test_a_draft_is_read_in_the_zone_it_was_typed_in_whoever_reads_it() -> None:
    given = typed(began="2026-11-22T04:02", zone="Asia/Tokyo")
    assert read_form(NOTICE, given, PARIS, complete=False).values["began"] == "2026-11-21T19:02:00Z"


def test_types_of_incidents_are_grouped_by_class() -> None:
    shown = page("incident-notice", read_form(NOTICE, {}, PARIS, complete=False))
    assert '<optgroup label="Fraud">' in shown
    assert shown.count("<optgroup") == 11


def test_every_form_is_drawn_and_every_type_has_a_reader() -> None:
    for form in forms().values():
        assert {field.type for field in form.fields.values()} <= READERS.keys()
        shown = page(form.id, read_form(form, {}, PARIS, complete=False))
        for name in form.fields:
            assert f'id="field-{name}"' in shown
        assert "style=" not in shown


def test_markup_that_was_typed_is_shown_as_text() -> None:
    shown = page("incident-notice", read_form(NOTICE, typed(title='"><script>x</script>'), PARIS, complete=False))
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("192.0.2.10", {"kind": "ipv4", "value": "192.0.2.10"}),
        ("192[.]0[.]2[.]10", {"kind": "ipv4", "value": "192.0.2.10"}),
        ("[2001:DB8::7]:443 udp", {"kind": "ipv6", "value": "2001:db8::7", "source_port": 443, "protocol": "udp"}),
        ("192.0.2.1 5353>53 source", {"source_port": 5353, "destination_port": 53, "role": "source"}),
        ("192.0.2.1:80 destination", {"source_port": None, "destination_port": 80}),
        ("192.0.2.0/24", {"kind": "prefix"}),
        ("as64500", {"kind": "asn", "value": "AS64500"}),
        ("WWW.Example.ORG.", {"kind": "domain", "value": "www.example.org"}),
        ("hxxps://example[.]org/Path?q=1", {"kind": "url", "value": "https://example.org/Path?q=1"}),
        ("\u202a192.0.2.\u0661\u0660\u202c", {"kind": "ipv4", "value": "192.0.2.10"}),
        ("A.Person@Example.org", {"kind": "email", "value": "A.Person@example.org"}),
        ("AB" * 32, {"kind": "sha256", "value": "ab" * 32}),
        ("cve-2026-1234", {"kind": "vulnerability", "value": "CVE-2026-1234"}),
        ("other: your files are gone", {"kind": "other", "value": "your files are gone"}),
        ("192.0.2.1 2026-11-22 02:10:05 - 2026-11-22 02:58:40 x3", {"count": 3, "last_seen": "2026-11-22T02:58:40Z"}),
        ("192.0.2.1 2026-11-22T05:10:05+03:00", {"first_seen": "2026-11-22T02:10:05Z", "offset": "+03:00"}),
        ("192.0.2.1 2026-11-22 02:10 UTC tcp", {"first_seen": "2026-11-22T02:10:00Z", "protocol": "tcp"}),
        ("192.0.2.1,51044,2026-11-22T02:10:05Z", {"source_port": 51044, "first_seen": "2026-11-22T02:10:05Z"}),
    ],
)
def test_a_line_says_what_was_observed(line: str, expected: dict[str, Any]) -> None:
    found, bad = read_lines(line, UTC)
    assert bad == []
    assert expected.items() <= dict(found[0]).items()  # type: ignore[call-overload]
    assert len(read_observables(found)) == 1


@pytest.mark.parametrize(
    "line",
    ["192.0.2.300", "192.0.2.1/24", "x", "192.0.2.1 99999", "192.0.2.1 frob", "192.0.2.1 22 23", "::1%eth0", "http://",
     ",", "192.0.2.1 2026-11-22 03:00 2026-11-22 02:00"]
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_by_its_number(line: str) -> None:
    found, bad = read_lines(f"192.0.2.1\n\n{line}\n192.0.2.2", UTC)
    assert len(found) == 2
    assert [each.number for each in bad] == [3]
    assert bad[0].why


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_and_what_is_read_fits(text: str) -> None:
    found, bad = read_lines(text, UTC)
    read_observables(found)
    assert len(found) + len(bad) <= text.count("\n") + 1


def test_what_most_messages_leave_out_waits_behind_one_press_until_something_stands_in_it() -> None:
    said = page("reply", read_form(latest_form("reply"), typed(answer="accepted"), PARIS))
    first, _, more = said.partition('<details class="more">')
    assert all(f'id="field-{name}"' in first for name in ("answer", "information", "expected_by"))
    assert all(f'name="field.{name}"' in more for name in ("ground", "referred_to", "terms", "observables"))
    for told in ({"terms": "Only for this case."}, {"referred_to": "nobody known"}):
        assert '<details class="more" open>' in page("reply", read_form(latest_form("reply"), typed(**told), PARIS))


def test_every_field_of_every_form_is_on_its_page_once() -> None:
    for form in {form.id: latest_form(form.id) for form in forms().values()}.values():
        shown = show_form(form, read_form(form, {}, PARIS), PARIS)
        names = sorted(each.name for each in (*shown.fields, *shown.more))
        assert names == sorted(f"field.{name}" for name in form.fields)


@pytest.mark.parametrize("name", ["x" * 10_000, "\U0001f600" * 50, "../etc", "America", "\x00"])
def test_a_zone_that_is_none_is_utc(name: str) -> None:
    assert find_zone(name) == UTC


def test_rows_and_what_became_of_them_are_typed_one_group_a_line() -> None:
    lines = "1-200, 205 fixed RT#4711\n201-204 not-ours AS64501\n".replace(", ", ",")
    read = read_form(latest_form("report-answer"), typed(rows=lines), PARIS, complete=False)
    assert read.values["rows"] == [
        {"answer": "fixed", "remark": None, "rows": [[1, 200], [205, 205]], "ticket": "RT#4711", "to": None},
        {"answer": "not-ours", "remark": None, "rows": [[201, 204]], "ticket": None, "to": "AS64501"},
    ]
    for wrong in ("1-200", "x fixed", "5-1 fixed", "1 fixed\n1 fixed", "1 mended"):
        read = read_form(latest_form("report-answer"), typed(rows=wrong), PARIS, complete=False)
        assert "rows" not in read.values and [each.id for each in read.problems] == ["field-rows"], wrong
