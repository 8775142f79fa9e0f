"""Does an officer see what an attached document of another program names, and whom to ask about each?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.exchange.documents import decode_document, encode_document
from liaison.exchange.values import Format
from liaison.node.services.line.attachments import seal_attachment
from liaison.officers.permissions import Role
from tests.exchange.reports import SCAN, observable, report
from tests.scenarios.test_exports import SEEN
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine


def test_an_attached_document_shows_its_indicators_and_who_to_ask(tmp_path: Path) -> None:
    case = report(SCAN, observable("md5", "0" * 32), title="<b>Bundle</b>", terms="For you", exercise=True)
    files = {
        "bundle.json": encode_document(Format.STIX, case).data,
        "event.xml": encode_document(Format.IODEF, report(SCAN)).data,
        "picture.png": b"\x89PNG",
        "broken.json": b'{"type":"bundle","objects":[{"a":1,"a":2}]}',
    }
    with World(tmp_path) as world:
        sealed = [
            seal_attachment(world.nodes["XD"], name=name, media_type="application/octet-stream", chunks=[data])
            for name, data in files.items()
        ]
        (sent,) = world.send("XD", "XC", attachments=tuple(sealed))
        world.work()
        visitor = visit(world, "XC")
        page = visitor.see(f"cases/{sent.case}/")
        assert page.count("What it names") == 3
        here = f"cases/{sent.case}/files/{sent.message_id}"
        shown = visitor.see(f"{here}/0/indicators")
        for told in ("192.0.2.10", "51044 → 22", "TLP:AMBER", "For you", "EXERCISE", "&lt;b&gt;Bundle&lt;/b&gt;",
                     'name="q" value="192.0.2.10"', "STIX 2.1"):  # fmt: skip
            assert told in shown, told
        assert shown.count("Who answers for this?") == 1
        assert "192.0.2.10" in visitor.see(f"{here}/1/indicators")
        visitor.see(f"{here}/2/indicators", status=404)
        assert "names something twice" in visitor.see(f"{here}/3/indicators", status=400)
        visit(world, "XC", Role.AUDITOR).see(f"{here}/0/indicators", status=403)


def test_a_case_is_downloaded_for_another_program_within_its_label(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XD", "XC", fields=SEEN, tlp="green", exercise=True)
        world.work()
        visitor = visit(world, "XC")
        there = f"cases/{sent.case}"
        assert "For a program of somebody else" in visitor.see(f"{there}/transcript")
        document = decode_document(visitor.see(f"{there}/export", **{"as": "iodef", "for": "community"}).encode())
        assert [each.what.value for each in document.indicators] == ["192.0.2.10", "scan.example"]
        assert (document.tlp, document.exercise) == ("green", True)
        refused = visitor.see(f"{there}/export", status=400, **{"as": "stix", "for": "public"})
        assert "may not be handed to readers" in refused
        visitor.see(f"{there}/export", status=404, **{"as": "pdf"})
        visit(world, "XC", Role.AUDITOR).see(f"{there}/export", status=403, **{"as": "stix"})
