"""Does a request for cooperation go through the pages as every other message does, complete, answered and printed?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.cli.message.fields import read_fields
from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.clock_rules import Side
from liaison.cooperation.steps import STEPS
from liaison.messages.forms import Field, check_fields, latest_form
from liaison.node.models import AuditRow, IncomingCopy
from liaison.node.services.instruments.importing import import_file
from liaison.register.records import RequestRules, RequestWay, Rulebook
from liaison.register.vocabulary import DeskKind
from liaison.web.forms import Surroundings, read_form
from tests.cooperation.drafts import filled
from tests.register.registry import RegisterBuilder
from tests.web.test_write import begin, fill, keys_of, send
from tests.web.visiting import Visitor, visit
from tests.world import World

RULES = Rulebook(
    authority="Central authority of State XD",
    as_of="2026-11-20",
    languages=("fr",),
    urgent_languages=("en",),
    ways=(RequestWay.LINE,),
    encryption=False,
    signature=False,
    requests=(RequestRules("preservation-request", taken=True, desk=None, fields=("penalty",)),),
    steps=(),
    remarks=None,
)
BOUND = b"""format = "liaison-positions"
version = 1
source = "Treaty office, status of ETS 185"
as_of = 2026-11-20
organisations = []

[groups]

[[positions]]
party = "XC"
instrument = "budapest-2001"
act = "ratification"
on = 2020-03-18

[[positions]]
party = "XD"
instrument = "budapest-2001"
act = "ratification"
on = 2021-05-04
"""
FORMS = list(dict.fromkeys([*load_catalogue(), *STEPS]))
HOW = {"stage": "", "tlp": "amber", "urgency": "urgent"}


def central_authorities() -> RegisterBuilder:
    """A register in which XC and XD have a central authority each, and XD says what it asks of requests."""
    registry = RegisterBuilder(rehearsal=False)
    registry.open()
    for who in ("XC", "XD"):
        registry.admit(who)
        registry.set_up(who)
        body = registry.desk_body("duty", DeskKind.CENTRAL_AUTHORITY)
        if who == "XD":
            rules = type(body.parts[0])(audience="public", digest=registry.record(RULES, "public"))
            body = registry.desk_body("duty", DeskKind.CENTRAL_AUTHORITY, parts=(*body.parts, rules))
        registry.by_node(body, who, "main")
        registry.publish_node(who, "duty")
        registry.publish_resources(who, who)
    return registry


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("requests")), codes=("XC", "XD"), registry=central_authorities()) as made:
        import_file(made.nodes["XC"], BOUND, name="ets-185", taken_from="ets-185.toml")
        yield made


@pytest.fixture(scope="module")
def asking(world: World) -> Visitor:
    return visit(world, "XC")


@pytest.fixture(scope="module")
def asked(world: World) -> Visitor:
    return visit(world, "XD")


def inputs(field: Field, value: Any) -> dict[str, Any]:
    """What an officer types for a value of a field."""
    name = f"field.{field.name}"
    match field.type:
        case "text":
            return {name: value["text"], f"{name}.lang": value["lang"]}
        case "flag":
            return {name: "yes" if value else "no"}
        case "instant":
            return {name: value.removesuffix("Z")}
        case "observables":
            return {name: "192.0.2.10 51044>22 tcp source 2026-11-22T05:10:05+03:00 2026-11-22T05:58:40+03:00"}
        case "digests":
            return {name: f"{value[0]['sha256']}  {value[0]['name']}"}
    return {name: value}


def typed(form: str, instrument: str, **changes: Any) -> dict[str, Any]:
    shape, values = latest_form(form), filled(form, instrument) | changes
    told: dict[str, Any] = {"field.zone": "UTC"}
    for name, value in values.items():
        told |= inputs(shape.fields[name], value) if value is not None else {}
    return told


@pytest.mark.parametrize("form", FORMS)
def test_what_is_typed_on_the_page_of_a_form_or_after_a_command_becomes_its_fields(form: str) -> None:
    values = filled(form, "budapest-2001")
    given = {
        name: each if isinstance(each, list) else [str(each)] for name, each in typed(form, "budapest-2001").items()
    }
    read = read_form(latest_form(form), given, Surroundings("UTC", "en"))
    assert read.problems == () and dict(read.values) == values
    words = [f"{name}={_after_a_command(value)}" for name, value in values.items()]
    assert read_fields(form, words, None, lang="en") == values
    check_fields(latest_form(form), values)


def _after_a_command(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return str(value["text"])
        case [dict(), *_]:
            return json.dumps(value)
        case list():
            return ",".join(value)
    return str(value)


def test_every_request_and_every_step_goes_by_the_line_and_is_accepted(world: World) -> None:
    sent = [each for form in FORMS for each in said(world, form)]
    verdicts = []
    for code in ("XC", "XD"):
        with world.at(code):
            verdicts += IncomingCopy.objects.values_list("message_id", "verdict", "reason")
    assert set(FORMS) == {form for _, form in sent}
    assert {(name, "accepted", "") for name, _ in sent} <= set(verdicts)


def said(world: World, form: str) -> list[tuple[str, str]]:
    """A message in this form by whoever says it, after what it is about; the messages and their forms."""
    step = STEPS.get(form)
    if step is None:
        return [one(world, form, "XC")]
    by = "XD" if step.by is Side.REQUESTED else "XC"
    before = said(world, min(step.about - {form}, default="preservation-request"))
    return [*before, one(world, form, by, about=before[-1][0])]


def one(world: World, form: str, by: str, *, about: str = "") -> tuple[str, str]:
    """One message by XC or XD to the other, a minute after the last."""
    world.advance(minutes=1)
    instrument = next(iter(load_catalogue()[form].terms)) if form in load_catalogue() else "budapest-2001"
    fields = filled(form, instrument)
    fields |= {"basis": "courtesy"} if "basis" in fields else {}
    re_ = case = None
    if about:
        for code in ("XC", "XD"):
            with world.at(code):
                for row in IncomingCopy.objects.filter(message_id=about):
                    re_, case = row.core_hash, row.case
    (made,) = world.send(by, "XD" if by == "XC" else "XC", form=form, stage=None, fields=fields, re=re_, case=case)
    return made.message_id, form


def written(visitor: Visitor, text: str = "budapest-2001", **changes: Any) -> int:
    number = begin(visitor, form="preservation-request")
    fill(visitor, number, "to", add="XD:central-authority", go="add", to=[])
    fill(visitor, number, "to", to=keys_of(visitor, number))
    fill(visitor, number, "how", **HOW)
    fill(visitor, number, "text", **typed("preservation-request", text, **changes))
    return number


def test_what_the_text_and_the_other_side_ask_for_is_missed_and_nothing_is_sent_without_it(asking: Visitor) -> None:
    number = written(asking, assistance_intended=False, penalty=None)
    page = asking.see(f"write/{number}/check")
    assert "the article that is named demands" in page.lower() and "29(2)(f)" in page
    assert "The requested side asks for this beyond what the text demands." in page
    assert 'name="seen"' not in page
    asking.send(f"write/{number}/send", status=400, seen="0" * 64)


def test_what_does_not_bind_both_sides_leaves_the_pages_as_a_courtesy_only(asking: Visitor) -> None:
    for said, told in (("binding", True), ("courtesy", False)):
        number = written(asking, "un-cybercrime-2024", basis=said)
        page = asking.see(f"write/{number}/check")
        assert ("un-cybercrime-2024 does not bind both sides today" in page) is told
        assert ('name="seen"' in page) is not told
        if told:
            asking.send(f"write/{number}/send", status=400, seen="0" * 64)


def test_a_request_is_written_sent_answered_and_printed(world: World, asking: Visitor, asked: Visitor) -> None:
    number = written(asking)
    draft = asking.get(asking.at(f"write/{number}/paper"), {"in": "en", "and": "ar"})
    assert draft.headers["Content-Type"] == "application/pdf" and draft.content.startswith(b"%PDF-")
    assert "Request as PDF" in asking.see(f"write/{number}/check")
    send(asking, number)
    with world.at("XD"):
        copy = IncomingCopy.objects.latest("received_at")
    case = asked.see(f"cases/{copy.case}/")
    assert "Request to preserve data" in case and "How the data relate to the offence" in case
    assert 'datetime="2027-01-25"' in case
    page = asked.see(f"cases/{copy.case}/say/request-answer")
    assert "Preserved until" in page and "Grounds" in page
    answer = typed("request-answer", "budapest-2001")
    answer |= {"tlp": "amber", "urgency": "routine", "re": copy.message_id}
    checked = asked.send(f"cases/{copy.case}/say/request-answer", status=200, **answer).content.decode()
    assert "Check your answers" in checked and "Nothing has been sent yet" in checked
    asked.send(f"cases/{copy.case}/say/request-answer", go="send", **answer)
    world.work()
    printed = asking.get(asking.at(f"cases/{copy.case}/paper/{copy.message_id}"), {"in": "fr", "and": "zh-hans"})
    assert printed.status_code == 200 and printed.content.startswith(b"%PDF-")
    assert f"request-{copy.message_id}.pdf" in printed.headers["Content-Disposition"]
    with world.at("XC"):
        assert AuditRow.objects.filter(action="request-printed", subject=copy.case).count() == 1
    assert "Answer to a request" in asking.see(f"cases/{copy.case}/")


def test_requests_stand_under_a_heading_of_their_own_for_desks_that_may_send_them(asking: Visitor) -> None:
    page = asking.see("write/")
    ordinary, _, requests = page.partition("Requests for cooperation")
    assert 'value="incident-notice"' in ordinary and 'value="preservation-request"' not in ordinary
    offered = set(re.findall(r'name="form" value="([a-z-]+)"', requests))
    assert offered == set(load_catalogue()) - {"preservation-extension"}


def test_only_a_request_has_a_paper_and_only_in_a_language_there_is(world: World, asking: Visitor) -> None:
    sent = world.send("XC", "XD", form="status-query", stage=None, fields={}, **_about(world))
    assert asking.get(asking.at(f"cases/{sent[0].case}/paper/{sent[0].message_id}"), {"in": "en"}).status_code == 404
    number = begin(asking, form="introduction")
    assert asking.get(asking.at(f"write/{number}/paper"), {"in": "en"}).status_code == 404
    number = begin(asking, form="location-query")
    assert asking.get(asking.at(f"write/{number}/paper"), {"in": "xx"}).status_code == 404


def _about(world: World) -> dict[str, Any]:
    fields = filled("location-query", "budapest-2001")
    sent = world.send("XC", "XD", form="location-query", stage=None, fields=fields)[0]
    with world.at("XD"):
        return {"re": IncomingCopy.objects.get(message_id=sent.message_id).core_hash, "case": sent.case}


def test_a_step_is_offered_where_it_can_refer_to_a_request_and_nowhere_else(
    world: World, asking: Visitor, asked: Visitor
) -> None:
    about = _about(world)
    here, there = asking.see(f"cases/{about['case']}/"), asked.see(f"cases/{about['case']}/")
    assert "/say/status-query" in here and "/say/request-withdrawal" in here and "/say/request-answer" not in here
    assert "/say/request-answer" in there and "/say/request-consultation" in there and "/say/status-query" not in there
    assert "/say/preservation-extension" not in here and "/say/request-supplement" not in here
    hello = {"greeting": {"lang": "en", "text": "Hello"}}
    plain = world.send("XC", "XD", form="introduction", stage=None, fields=hello)
    assert not re.search(r"/say/(request|status)-", asked.see(f"cases/{plain[0].case}/"))
