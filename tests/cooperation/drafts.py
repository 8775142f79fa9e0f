"""What does a request say that says everything? Every field of its form with a value that fits, made up throughout."""

from __future__ import annotations

from typing import Any

from liaison.cooperation.catalogue import load_catalogue
from liaison.messages.forms import Field, code_list, latest_form
from liaison.register.records import OwnDesk, OwnStep, RequestRules, RequestWay, Rulebook

OBSERVABLE = {
    "count": None,
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
EARLIER_AND_LATER = {
    "data_from": "2026-11-20T00:00:00Z",
    "data_to": "2026-11-22T03:00:00Z",
    "period_from": "2026-12-01T00:00:00Z",
    "period_to": "2026-12-31T00:00:00Z",
    "max_penalty_years": 5,
    "basis": "binding",
}


RULES = Rulebook(
    authority="Central authority, Ministry of Justice",
    as_of="2026-11-20",
    languages=("en", "fr"),
    urgent_languages=("es",),
    ways=(RequestWay.LINE, RequestWay.LETTER),
    encryption=False,
    signature=False,
    requests=(
        RequestRules("preservation-request", taken=True, desk=None, fields=("penalty",)),
        RequestRules("assistance-request-mla", taken=True, desk=OwnDesk("ministry", "justice"), fields=()),
        RequestRules("interception-request", taken=False, desk=None, fields=()),
    ),
    steps=(OwnStep("ordered", 10), OwnStep("decided", 5)),
    remarks=None,
)


def filled(form: str, instrument: str) -> dict[str, Any]:
    """Every field of the form."""
    values = {name: _value(each) for name, each in latest_form(form).fields.items()}
    values |= {name: value for name, value in EARLIER_AND_LATER.items() if name in values}
    if "instrument" in values:
        terms = load_catalogue()[form].terms.get(instrument) if form in load_catalogue() else None
        values |= {"instrument": instrument, "clause": terms.clause if terms is not None else "none"}
        if terms is not None and terms.oral is None:
            values.pop("oral_at", None)
    return values


def _value(field: Field) -> Any:
    match field.type:
        case "text":
            return {"lang": "en", "text": field.en[: field.most]}
        case "line":
            return field.name
        case "code":
            return next(iter(code_list(field.codes or "")))
        case "codes":
            return sorted(code_list(field.codes or ""))[:2]
        case "flag":
            return True
        case "count":
            return 7
        case "date":
            return "2027-01-25"
        case "instant":
            return "2026-11-22T03:02:00Z"
        case "observables":
            return [OBSERVABLE]
        case "digests":
            return [{"name": "disk.img", "sha256": "0" * 64}]
    raise AssertionError(field.type)
