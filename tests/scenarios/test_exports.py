"""Is a case handed to another program within its label, and only what still stands?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from liaison.errors import UsageError
from liaison.exchange.documents import decode_document
from liaison.exchange.values import Format
from liaison.node.models import RecordPart
from liaison.node.reads.desk.listing import METADATA, Reader
from liaison.node.reads.exchange.cases import ExportedCase, export_case
from tests.exchange.reports import SCAN, observable
from tests.world import NOTICE, World

ALL = Reader(contents=True)
SEEN = NOTICE | {
    "observables": msgspec.to_builtins([SCAN, observable("domain", "scan.example")]),
    "description": {"lang": "en", "text": "Seen at three hosts."},
    "use_conditions": {"lang": "en", "text": "Not for courts."},
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def export(world: World, case: str, code: str = "XD", **given: Any) -> ExportedCase:
    told: dict[str, Any] = {"reader": ALL} | given
    return export_case(world.nodes[code], world.desk(code), case, Format.STIX, **told)


def test_both_sides_hand_on_the_same_observables_under_the_label_and_in_their_own_name(world: World) -> None:
    case = world.send("XC", "XD", fields=SEEN, tlp="green", exercise=True)[0].case
    for code in ("XC", "XD"):
        exported = export(world, case, code, audience="community")
        document = decode_document(exported.written.data)
        assert [each.what.value for each in document.indicators] == ["192.0.2.10", "scan.example"]
        assert (document.tlp, document.exercise, document.terms) == ("green", True, "Not for courts.")
        assert (document.title, document.description) == ("Scanning of port 22", "Seen at three hosts.")
        assert exported.report.publisher.name == f"State {code} / duty"


def test_an_export_is_the_same_twice_and_grows_with_the_case(world: World) -> None:
    sent = world.send("XC", "XD", fields=SEEN)[0]
    first = export(world, sent.case).written.data
    assert export(world, sent.case).written.data == first
    world.advance(hours=1)
    more = {
        "title": {"lang": "en", "text": "More of it"},
        "observables": msgspec.to_builtins([SCAN, observable("domain", "b.example")]),
    }
    world.send("XC", "XD", case=sent.case, re=sent.core_hash, stage="update", fields=NOTICE | more)
    document = decode_document(export(world, sent.case, "XC").written.data)
    assert document.title == "More of it"
    assert [each.what.value for each in document.indicators] == ["192.0.2.10", "scan.example", "b.example"]


@pytest.mark.parametrize(
    ("tlp", "audience", "wanted", "code"),
    [
        ("red", "organisation", None, "export-forbidden"),
        ("amber-strict", "clients", None, "export-forbidden"),
        ("amber", "community", None, "export-forbidden"),
        ("green", "public", None, "export-forbidden"),
        ("clear", "public", "green", "export-forbidden"),
        ("amber", "recipients", "green", "label-weakened"),
    ],
)
def test_nothing_goes_to_readers_outside_of_its_label(
    world: World, tlp: Any, audience: str, wanted: Any, code: str
) -> None:
    case = world.send("XC", "XD", fields=SEEN, tlp=tlp)[0].case
    with pytest.raises(UsageError) as refused:
        export(world, case, audience=audience, tlp=wanted)
    assert refused.value.code == code
    assert export(world, case).report.tlp == tlp


def test_the_strictest_label_of_a_case_stands_for_all_of_it(world: World) -> None:
    sent = world.send("XC", "XD", fields=SEEN, tlp="clear")[0]
    world.send("XC", "XD", case=sent.case, re=sent.core_hash, stage="update", fields=SEEN, tlp="amber")
    assert export(world, sent.case, "XC").report.tlp == "amber"


def test_a_marking_of_its_own_keeps_a_case_with_its_recipients(world: World) -> None:
    case = world.send("XC", "XD", fields=SEEN, tlp="clear", marking="XC OFFICIAL")[0].case
    with pytest.raises(UsageError, match="export-marked"):
        export(world, case, audience="public")
    assert decode_document(export(world, case).written.data).terms == "XC OFFICIAL\nNot for courts."


@pytest.mark.parametrize("form", ["withdrawal", "false-positive"])
def test_what_was_withdrawn_or_called_a_false_positive_is_not_handed_on(world: World, form: str) -> None:
    sent = world.send("XC", "XD", fields=SEEN)[0]
    who = "XC" if form == "withdrawal" else "XD"
    withdrawn = {"cause": "sent-in-error", "deletion_asked": True}
    fields = withdrawn if form == "withdrawal" else {"finding": {"lang": "en", "text": "A test of our own."}}
    other = "XD" if who == "XC" else "XC"
    world.send(who, other, case=sent.case, re=sent.core_hash, form=form, stage=None, fields=fields)
    with pytest.raises(UsageError, match="export-nothing"):
        export(world, sent.case, who)


def test_who_may_see_metadata_only_exports_nothing(world: World) -> None:
    case = world.send("XC", "XD", fields=SEEN)[0].case
    for reader in (METADATA, Reader(contents=True, closed=frozenset({case}))):
        with pytest.raises(UsageError):
            export(world, case, reader=reader)


def test_a_report_in_xarf_is_not_written_without_a_mailbox_to_answer_to(world: World) -> None:
    case = world.send("XC", "XD", fields=SEEN)[0].case
    with world.at("XD"):
        RecordPart.objects.all().delete()
    told: dict[str, Any] = {"reader": ALL}
    with pytest.raises(UsageError, match="export-no-mailbox"):
        export_case(world.nodes["XD"], world.desk("XD"), case, Format.XARF, **told)
    exported = export_case(world.nodes["XD"], world.desk("XD"), case, Format.XARF, mailbox="xd@xd.example", **told)
    assert exported.report.publisher.mailbox == "xd@xd.example"
