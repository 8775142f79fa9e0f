"""Does every form take what fits and refuse what does not, and can two readers rely on its hash?"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import MalformedError
from liaison.messages import turns
from liaison.messages.forms import (
    Form,
    check_fields,
    check_message_form,
    code_list,
    english,
    form_hash,
    forms,
    latest_form,
)
from liaison.messages.forms.catalogue import Field, find_form
from liaison.messages.forms.checking import CHECKS, check_value
from liaison.messages.forms.codes import code_lists
from liaison.messages.message import Tlp, Urgency
from liaison.messages.parties import DeskRef
from liaison.officers import clearance
from liaison.register.vocabulary import DeskKind
from tests import house
from tests.messages import cast

VECTORS = house.ROOT / "tests" / "vectors" / "messages"
DESK = {"desk": "duty", "node": "cert", "participant": cast.made_hash("XD")}
OBSERVABLE = {
    "count": 412,
    "destination_port": 22,
    "first_seen": "2026-11-22T02:10:05Z",
    "kind": "ipv4",
    "last_seen": "2026-11-22T02:58:40Z",
    "offset": "+03:00",
    "protocol": "tcp",
    "role": "source",
    "source_port": 51044,
    "value": "192.0.2.10",
}
ROWS = {"answer": "not-ours", "remark": None, "rows": [[1, 200], [205, 205]], "ticket": "RT#1", "to": "AS64501"}
OWN_LEVEL = {"level": "2", "meaning": {"lang": "en", "text": "Serious"}, "scale": "Scale of XC"}
GOOD: dict[str, Any] = {
    "code": "availability:ddos",
    "codes": ["energy", "health"],
    "count": 7,
    "date": "2028-02-29",
    "desk": DESK,
    "digests": [{"name": "disk.img", "sha256": "0" * 64}],
    "flag": True,
    "instant": "2026-11-22T03:02:00Z",
    "languages": ["fr", "en", "zh-Hant"],
    "line": "CASE-2026/17",
    "norms": [{"clause": "13(c)", "instrument": "gge-2015"}],
    "observables": [OBSERVABLE],
    "row-answers": [ROWS],
    "severity": {"common": 3, "own": OWN_LEVEL},
    "text": {"lang": "ar", "text": "نص"},
}
LISTS = {"code": "incident-type", "codes": "sector"}
BAD: list[tuple[str, Any]] = [
    ("code", "no-such-code"),
    ("code", 3),
    ("codes", ["health", "energy"]),
    ("codes", ["energy", "energy"]),
    ("codes", []),
    ("codes", ["energy", 3]),
    ("count", -1),
    ("count", True),
    ("count", "7"),
    ("date", "2027-02-29"),
    ("date", "20280229"),
    ("date", "2028-02-29T00:00:00Z"),
    ("date", "٢٠٢٨-02-29"),
    ("date", 20280229),
    ("desk", DESK | {"person": "N. N."}),
    ("desk", {"desk": "duty"}),
    ("digests", [{"name": "../x", "sha256": "0" * 64}]),
    ("digests", [{"name": "x", "sha256": "0" * 63}]),
    ("digests", []),
    ("flag", 1),
    ("flag", None),
    ("instant", "2026-11-22 03:02"),
    ("instant", "2026-13-22T03:02:00Z"),
    ("instant", 1795316520),
    ("languages", ["english"]),
    ("languages", ["en", "en"]),
    ("line", "two\nlines"),
    ("line", " padded"),
    ("line", ""),
    ("line", "\u202egpj.exe"),
    ("norms", [{"clause": "1", "instrument": "b"}, {"clause": "1", "instrument": "a"}]),
    ("norms", [{"clause": "the whole of it", "instrument": "a"}]),
    ("observables", []),
    ("observables", [OBSERVABLE | {"value": "192.0.2.010"}]),
    ("row-answers", []),
    ("row-answers", [ROWS, ROWS]),
    ("row-answers", [ROWS | {"answer": "guilty"}]),
    ("row-answers", [ROWS | {"answer": "fixed"}]),
    ("row-answers", [ROWS | {"rows": []}]),
    ("row-answers", [ROWS | {"rows": [[0, 1]]}]),
    ("row-answers", [ROWS | {"rows": [[5, 4]]}]),
    ("row-answers", [ROWS | {"rows": [[1, 2], [3, 4]]}]),
    ("row-answers", [ROWS | {"rows": [[1, 10**12]]}]),
    ("row-answers", [ROWS | {"ticket": "two\nlines"}]),
    ("row-answers", [ROWS | {"person": "N. N."}]),
    ("severity", {"common": None, "own": None}),
    ("severity", {"common": 6, "own": None}),
    ("severity", {"common": 3}),
    ("severity", {"common": None, "own": OWN_LEVEL | {"level": ""}}),
    ("text", "no language"),
    ("text", {"lang": "EN", "text": "x"}),
    ("text", {"lang": "en", "text": ""}),
    ("text", {"lang": "en", "text": " "}),
    ("text", {"lang": "en", "text": "x", "html": "<b>"}),
    ("text", {"lang": "en", "text": "bell \x07"}),
    ("text", {"lang": "en", "text": "x" * 101}),
]


def field(type_: str) -> Field:
    return Field("f", type_, required=False, most=100, codes=LISTS.get(type_), en="F")


def minimal(form: Form) -> dict[str, Any]:
    """The required fields of a form, filled with a value of their type."""
    values = {}
    for name, each in form.fields.items():
        if each.required:
            values[name] = _first_code(each) if each.codes else GOOD[each.type]
    return values


def _first_code(each: Field) -> Any:
    first = next(iter(code_list(each.codes or "")))
    return [first] if each.type == "codes" else first


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: form.id)
def test_a_form_takes_its_required_fields_alone(form: Form) -> None:
    check_fields(form, minimal(form))


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: form.id)
def test_a_form_without_a_required_field_is_refused(form: Form) -> None:
    for name in minimal(form):
        with pytest.raises(MalformedError, match="field-missing"):
            check_fields(form, {key: value for key, value in minimal(form).items() if key != name})


@pytest.mark.parametrize("form", forms().values(), ids=lambda form: form.id)
def test_a_form_with_an_unknown_field_is_refused(form: Form) -> None:
    with pytest.raises(MalformedError, match="field-unknown"):
        check_fields(form, minimal(form) | {"extra": True})


@pytest.mark.parametrize("type_", sorted(CHECKS))
def test_every_type_takes_a_good_value(type_: str) -> None:
    check_value(field(type_), GOOD[type_])


@pytest.mark.parametrize(("type_", "value"), BAD)
def test_a_value_that_does_not_fit_its_type_is_refused(type_: str, value: Any) -> None:
    with pytest.raises(MalformedError):
        check_value(field(type_), value)


@given(
    st.recursive(st.none() | st.booleans() | st.integers(0, 99) | st.text(max_size=9), lambda inner: st.lists(inner))
)
def test_any_value_raises_only_our_errors(value: Any) -> None:
    for type_ in CHECKS:
        try:
            check_value(field(type_), value)
        except MalformedError:
            continue


def test_a_stage_is_demanded_and_one_too_many_refused() -> None:
    for form, stage in (("incident-notice", None), ("incident-notice", "late"), ("line-test", "final")):
        core = cast.changed(cast.composed(form=form).core, stage=stage)
        with pytest.raises(MalformedError, match="stage-unfit"):
            check_message_form(core, {}, sender_kind=None)


def test_an_answer_needs_what_it_answers() -> None:
    core = cast.composed(form="reply", fields={"answer": "accepted"}).core
    with pytest.raises(MalformedError, match="reference-unfit"):
        check_message_form(core, {"answer": "accepted"}, sender_kind=None)


def test_a_line_test_is_about_nothing() -> None:
    core = cast.composed(form="line-test", fields={"person_asked": False}, re=cast.made_hash("x")).core
    with pytest.raises(MalformedError, match="reference-unfit"):
        check_message_form(core, {"person_asked": False}, sender_kind=None)


def test_an_unknown_version_is_refused() -> None:
    with pytest.raises(MalformedError, match="unknown-form"):
        find_form("incident-notice", 2)


def test_an_unknown_form_has_no_latest_version() -> None:
    with pytest.raises(MalformedError, match="unknown-form"):
        latest_form("attribution")


def test_published_forms_never_change() -> None:
    published = json.loads((VECTORS / "form-hashes.json").read_text(encoding="utf-8"))
    present = {f"{form.id}/{form.version}": form.hash for form in forms().values()}
    assert present | published == present


def test_the_hash_leaves_labels_out() -> None:
    form = latest_form("incident-notice")
    renamed = {name: dataclasses.replace(each, en="Autre nom") for name, each in form.fields.items()}
    translated = dataclasses.replace(form, en="Avis d'incident", purpose="Avertir", fields=renamed)
    assert form_hash(translated) == form.hash


@pytest.mark.parametrize("change", [{"type": "line"}, {"required": False}, {"most": 1}, {"name": "subject"}])
def test_the_hash_covers_name_type_and_limits(change: dict[str, Any]) -> None:
    form = latest_form("incident-notice")
    fields = {**form.fields, "title": dataclasses.replace(form.fields["title"], **change)}
    assert form_hash(dataclasses.replace(form, fields=fields)) != form.hash


def test_the_hash_covers_the_codes() -> None:
    form = latest_form("incident-notice")
    fields = {**form.fields, "incident_type": dataclasses.replace(form.fields["incident_type"], codes="outcome")}
    assert form_hash(dataclasses.replace(form, fields=fields)) != form.hash


def test_no_form_attributes() -> None:
    suspicious = ("attribut", "perpetrator", "actor", "culprit", "suspect", "origin_state")
    named = [name for form in forms().values() for name in form.fields if any(word in name for word in suspicious)]
    assert named == []


def test_norms_are_cited_in_diplomatic_forms_only() -> None:
    citing = {form.id for form in forms().values() if any(each.type == "norms" for each in form.fields.values())}
    assert citing == {form.id for form in forms().values() if form.diplomatic}
    assert citing == {"clarification", "help-introduction"}


def test_every_form_of_the_line_is_there() -> None:
    assert {form for form, _ in forms()} == {
        "acknowledgement", "assistance-request", "call-note", "clarification", "close", "continuation", "correction",
        "exercise-control", "exercise-inject", "false-positive", "guest-reply", "incident-notice",
        "information-request", "internal-answer", "internal-clearance", "internal-share",
        "introduction", "help-introduction", "help-outcome", "line-test", "mail-reply", "no-longer-needed",
        "reminder", "reply", "report-answer", "resource-report", "withdrawal",
        "location-query", "preservation-request", "preservation-extension", "traffic-disclosure-request",
        "stored-data-request", "real-time-traffic-request", "interception-request", "assistance-request-mla",
        "subscriber-request", "registrant-request", "provider-direct-request", "emergency-disclosure-request",
        "spontaneous-information", "provisional-arrest-request", "joint-investigation-proposal", "proceedings-transfer",
        "request-answer", "request-clarification", "request-consultation", "request-extension", "request-supplement",
        "request-withdrawal", "status-answer", "status-query",
        "evidence-handover", "onward-request", "onward-answer", "destruction-record",
        "conformance-notice", "conformance-dispute", "conformance-review", "conformance-consent",
    }  # fmt: skip


def test_forms_of_one_family_say_a_shared_field_alike_and_are_translated_once() -> None:
    asked, arrest = latest_form("preservation-request"), latest_form("provisional-arrest-request")
    assert asked.fields["facts"] == arrest.fields["facts"]
    assert {asked.fields[name].context for name in asked.fields} == {"request"}
    assert latest_form("reply").fields["answer"].context == "reply"


def test_every_field_is_of_a_known_type_and_list() -> None:
    for form in forms().values():
        for each in form.fields.values():
            assert each.type in CHECKS
            assert (each.codes is not None) == (each.type in ("code", "codes"))
            assert each.codes is None or each.codes in code_lists()
        assert set(form.sender_kinds) <= {*DeskKind, "mailbox"}  # nobody with a node
        assert set(form.stages) <= set(code_list("stage"))


def test_an_acknowledgement_is_owed_for_everything_but_acknowledgements_and_what_has_an_answer_of_its_own() -> None:
    unowed = {form.id for form in forms().values() if not form.owed}
    # What a guest said is answered on the page or by telephone: no acknowledgement could reach them there.
    own = {"exercise-control", "internal-answer", "internal-clearance", "report-answer"}
    assert unowed == {"acknowledgement", "guest-reply"} | own


def test_what_stays_inside_one_participant_is_the_same_for_forms_turns_and_clearance() -> None:
    inside = {form.id for form in forms().values() if form.inside}
    assert inside == {"internal-answer", "internal-clearance", "internal-share"}
    assert inside == turns.INSIDE == clearance.INSIDE
    assert inside < clearance.NEVER_WAITS


def test_the_hash_covers_that_a_form_stays_inside_and_whose_desk_a_field_names() -> None:
    share, going_on = latest_form("internal-share"), latest_form("continuation")
    assert form_hash(dataclasses.replace(share, inside=False)) != share.hash
    fields = {**going_on.fields, "previous": dataclasses.replace(going_on.fields["previous"], own=False)}
    assert form_hash(dataclasses.replace(going_on, fields=fields)) != going_on.hash


def test_a_form_that_stays_inside_is_for_no_other_participant_not_even_beside_an_own_desk() -> None:
    own, fields = DeskRef(cast.XC.participant, "other", "ministry"), {"answer": "cleared"}
    answer: dict[str, Any] = {"form": "internal-answer", "fields": fields, "re": cast.made_hash("share")}
    core = cast.composed(**answer, to=(own,)).core
    assert check_message_form(core, fields, sender_kind="technical").inside
    for to in ((cast.XD,), (own, cast.XD)):
        core = cast.composed(**answer, to=to).core
        with pytest.raises(MalformedError, match="form-stays-inside"):
            check_message_form(core, fields, sender_kind="technical")


def test_a_form_for_exercises_is_in_no_other_message() -> None:
    fields = {"exercise": cast.CASE, "event": "planned"}
    for exercise in (True, False):
        core = cast.composed(form="exercise-control", fields=fields, re=None, exercise=exercise).core
        if exercise:
            assert check_message_form(core, fields, sender_kind="technical").exercise
            continue
        with pytest.raises(MalformedError, match="form-for-exercises"):
            check_message_form(core, fields, sender_kind="technical")


def test_nobody_goes_on_with_a_case_of_another_participants_desk() -> None:
    fields: dict[str, Any] = {"case": cast.CASE, "previous": {"desk": "duty", "node": "cert"}}
    for previous, refused in ((cast.XC, False), (cast.XD, True)):
        fields["previous"]["participant"] = previous.participant
        core = cast.composed(form="continuation", fields=fields, re=cast.made_hash("last")).core
        if refused:
            with pytest.raises(MalformedError, match="desk-of-another"):
                check_message_form(core, fields, sender_kind="technical")
        else:
            check_message_form(core, fields, sender_kind="technical")


def test_an_acknowledgement_names_no_person() -> None:
    assert {each.type for each in latest_form("acknowledgement").fields.values()} == {"instant", "flag"}


def test_every_label_and_urgency_has_its_words() -> None:
    assert set(code_list("tlp")) == set(Tlp.__args__)  # type: ignore[attr-defined]
    assert set(code_list("urgency")) == set(Urgency.__args__)  # type: ignore[attr-defined]
    assert set(code_list("severity-common")) == set("012345")


def test_a_code_of_a_later_version_is_shown_as_it_is() -> None:
    assert english("reason", "reason-of-2031") == "reason-of-2031"
    assert english("tlp", "amber-strict") == "TLP:AMBER+STRICT"


def test_an_unknown_list_is_refused() -> None:
    with pytest.raises(MalformedError, match="unknown-code-list"):
        code_list("no-such-list")
