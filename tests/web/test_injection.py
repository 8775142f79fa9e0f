"""Does anything run that was typed into a form? 500 payloads in every text field of every page, and of its address.

`payloads.txt` is ten ways out of a context times fifty things to run. The walk asks for every page of the table, finds
its forms, and sends each text field (1) all payloads in one text and (2) some of them one by one; the long form sends
each field each payload. What comes back is read as a browser would: an element or attribute of a payload is a failure.
The walk says one form in a case and one draft; the fields of all forms of the line are drawn with every payload.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.template.loader import render_to_string

from liaison.messages.forms import forms, latest_form
from liaison.officers.permissions import Role
from liaison.web.forms import Surroundings, read_form, show_form
from tests.web.pages import PAGES, address
from tests.web.visiting import Visitor, visit
from tests.world import World

PAYLOADS = (Path(__file__).parent / "payloads.txt").read_text(encoding="utf-8").splitlines()
TYPED = {"text", "email", "search", "password", "date", "datetime-local", "hidden", "tel", "url", ""}
NEVER = {"base", "embed", "iframe", "marquee", "math", "object", "style", "template", "video", "audio"}
NO_TYPING = {"csrfmiddlewaretoken"}
LEADS_AWAY = re.compile(r"[^/?#]*:|[/\\\\]{2}")
"""An address with a scheme, or of another host."""
LEAVES = {"sign-out"}
STEPS = ("form", "to", "how", "text", "files", "check")
WALK = [*sorted(set(PAGES) - LEAVES - {"write-step", "write-discard"}), *(f"write-step {step}" for step in STEPS)]
"""Every page, and each step of writing."""


@dataclass
class Form:
    """A form of a page: where it goes, its fields with what they hold, and which of them take text."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """The forms of a page, and every sign that something in it would run."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[Form] = []
        self.runs: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._judge(tag, given)
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        elif tag in ("input", "textarea", "select", "button") and self.forms and given.get("name"):
            self._add(tag, given)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        form, kind = self.forms[-1], given.get("type", "")
        form.fields.setdefault(given["name"], given.get("value", ""))
        if given["name"] not in NO_TYPING and tag != "button" and (tag != "input" or kind in TYPED):
            form.texts.append(given["name"])

    def _judge(self, tag: str, given: dict[str, str]) -> None:
        source = given.get("src", "")
        if tag in NEVER or (tag == "script" and not source.startswith("/static/web/")):
            self.runs.append(f"<{tag}>")
        for name, value in given.items():
            if name.startswith(("on", "hx-")) or name == "style":
                self.runs.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and LEADS_AWAY.match("".join(value.split())):
                self.runs.append(f"{tag} {name}={value}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(Path(tmp_path_factory.mktemp("injection")), codes=("XC", "XD")) as made:
        yield made


@pytest.fixture(scope="module")
def officer(world: World) -> Visitor:
    visit(world, "XD", Role.ADMINISTRATOR)
    found = visit(world, "XD", *Role)
    begun = found.send("write/", form="incident-notice").headers["Location"]
    found.where = {  # type: ignore[attr-defined]
        "case": world.send("XC", "XD")[0].case,
        "number": int(begun.partition("write/")[2].partition("/")[0]),
    }
    return found


def place(officer: Any, name: str) -> str:
    """The address of a page, about the case and the draft that are there."""
    page, _, step = name.partition(" ")
    return address(page, officer.base, **officer.where, **({"name": step} if step else {}))


def forms_of(officer: Any, name: str) -> list[Form]:
    """The forms of one page; whatever the page is, nothing in it runs."""
    path = place(officer, name)
    answer = officer.get(path)
    found = judged(answer).forms if "html" in answer.headers.get("Content-Type", "") else []
    return [Form(urljoin(path, form.action), form.method, form.fields, form.texts) for form in found]


def judged(answer: Any) -> Page:
    page = Page(answer.content.decode())
    assert not page.runs, page.runs
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    return page


def send(officer: Visitor, form: Form, name: str, text: str) -> None:
    """Fill one field of a form and look at what comes back, and at the page that is shown after it."""
    given = form.fields | {name: text}
    answer = (officer.post if form.method == "post" else officer.get)(form.action, given)
    assert answer.status_code < 500, (form.action, name, text)
    if "html" in answer.headers.get("Content-Type", "") and answer.content:
        judged(answer)
    if answer.status_code == 302 and answer.headers["Location"].startswith("/"):
        judged(officer.get(answer.headers["Location"]))


def test_there_are_five_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 500


def test_the_reader_of_pages_sees_what_would_run() -> None:
    seen = [bool(Page(text).runs) for text in PAYLOADS[:38]]
    assert sum(seen) >= 30, "the plain forms of most payloads are elements or attributes that run"


@pytest.mark.parametrize("name", WALK)
def test_nothing_runs_that_is_typed_into_a_field(world: World, officer: Visitor, name: str) -> None:
    everything, some = "\n".join(PAYLOADS), itertools.cycle(PAYLOADS[len(name) :: 17])
    for at, form in enumerate(forms_of(officer, name)):
        for number, text in enumerate(form.texts if form.action != "/sign-out" else ()):
            if name.startswith("write-step"):  # A draft's form holds the version it was shown with.
                form = forms_of(officer, name)[at]
            for payload in (everything, next(some)) if number < 2 else (everything,):
                send(officer, form, text, payload)


FORMS = sorted({form.id for form in forms().values()})
EVERYTHING = "\n".join(PAYLOADS)


def drawn(form: str, typed: dict[str, list[str]]) -> str:
    """The fields of a form with this in its inputs."""
    found, around = latest_form(form), Surroundings("UTC", "en")
    shown = show_form(found, read_form(found, typed, around), around)
    return f"<form>{render_to_string('web/forms/fields.html', {'form_view': shown})}</form>"


def inputs_of(form: str) -> list[str]:
    """The inputs of a form; each of its fields has one."""
    (fields,) = Page(drawn(form, {})).forms
    assert {name.split(".")[1] for name in fields.fields} >= set(latest_form(form).fields)
    return list(fields.fields)


@pytest.mark.parametrize("form", FORMS)
def test_nothing_runs_in_any_field_of_any_form_of_the_line(form: str) -> None:
    page = Page(drawn(form, {name: [EVERYTHING] for name in inputs_of(form)}))
    assert not page.runs


@pytest.mark.soak
@pytest.mark.parametrize("form", FORMS)
def test_nothing_runs_in_a_field_of_any_form_alone(form: str) -> None:
    for name in inputs_of(form):
        assert not Page(drawn(form, {name: [EVERYTHING]})).runs, name


@pytest.mark.soak
@pytest.mark.parametrize("name", WALK)
def test_nothing_runs_of_any_payload_in_any_field(world: World, officer: Visitor, name: str) -> None:
    for form, payload in itertools.product(forms_of(officer, name), PAYLOADS):
        if form.action != "/sign-out":
            for text in form.texts:
                send(officer, form, text, payload)


@pytest.mark.parametrize("name", WALK)
def test_nothing_runs_that_stands_in_an_address(world: World, officer: Visitor, name: str) -> None:
    for payload in PAYLOADS[len(name) :: 241]:
        given = dict.fromkeys(("next", "said", "q", "page", "since", "action", "officer"), payload)
        answer = officer.get(place(officer, name), given)
        assert answer.status_code < 500
        if "html" in answer.headers.get("Content-Type", "") and answer.content:
            judged(answer)
