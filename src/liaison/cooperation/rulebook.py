"""What does a participant say about requests sent to it, and does that make sense?

    {"as_of":"2026-11-20","authority":"Central authority, Ministry of Justice","encryption":false,
     "languages":["en","fr"],"remarks":null,
     "requests":[{"desk":{"desk":"justice","node":"ministry"},"fields":["penalty"],"form":"assistance-request-mla",
                  "taken":true}],
     "signature":false,"steps":[{"days":5,"step":"decided"},{"days":10,"step":"ordered"}],
     "urgent_languages":["en"],"ways":["line","letter"]}

Invariants (docs/spec/requests-catalogue.md):
- it is a public part of the record of a desk; the register checks its form, this module what it names;
- a form or field that is not known here is of a later version: it is shown, and asks for nothing;
- its days are what is usual, never a promise; after a year it is said to be old.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.clock_rules import Event
from liaison.errors import UsageError
from liaison.messages.forms import latest_form
from liaison.register.records import RequestRules, Rulebook

OLD_AFTER_DAYS = 365
OWN_STEPS = frozenset({Event.DECIDED, Event.SECURED, Event.ORDERED, Event.SERVED, Event.RETURNED, Event.ANSWERED})
"""The steps a request takes in the requested State, of which a rulebook may say how long they usually take."""


def check_rulebook(rulebook: Rulebook) -> None:
    """Return if all that it names exists, as whoever publishes it wants to know. Raises UsageError."""
    for rules in rulebook.requests:
        if rules.form not in load_catalogue():
            raise UsageError("rulebook-form", form=rules.form)
        for field in rules.fields:
            if field not in latest_form(rules.form).fields:
                raise UsageError("rulebook-field", form=rules.form, field=field)
    for step in rulebook.steps:
        if step.step not in OWN_STEPS:
            raise UsageError("rulebook-step", step=step.step)
    try:
        date.fromisoformat(rulebook.as_of)
    except ValueError as error:
        raise UsageError("rulebook-day", day=rulebook.as_of) from error


def rules_for(rulebook: Rulebook, form: str) -> RequestRules:
    """What it says of one form: where it says nothing, the form is taken at any desk and asks for nothing more."""
    named = (rules for rules in rulebook.requests if rules.form == form)
    return next(named, RequestRules(form, taken=True, desk=None, fields=()))


def is_old(rulebook: Rulebook, on: date) -> bool:
    """Whether it was last true more than a year before `on`; States are asked to look at such rules every year."""
    return (on - date.fromisoformat(rulebook.as_of)).days > OLD_AFTER_DAYS


def languages_for(rulebook: Rulebook, *, urgent: bool) -> tuple[str, ...]:
    """In which languages a request may be written, the preferred first."""
    more = rulebook.urgent_languages if urgent else ()
    return tuple(dict.fromkeys((*rulebook.languages, *more)))


def usual_days(rulebook: Rulebook) -> Iterator[tuple[Event, int]]:
    """The steps at home that are known here, each with its usual days, in their order."""
    days = {step.step: step.days for step in rulebook.steps}
    yield from ((event, days[event]) for event in Event if event in OWN_STEPS and event in days)
