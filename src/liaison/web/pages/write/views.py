"""What does each page of a draft show, beside what all of them show?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.utils.translation import get_language

from liaison.cooperation.catalogue import load_catalogue
from liaison.messages.forms import code_list
from liaison.node.config import Markings
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.inside.rules import rule_for
from liaison.node.reads.inside.waiting import request_of_draft
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.register import directory
from liaison.node.reads.writing.drafts import Place, forms_used
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from liaison.officers.clearance import may_send_alone
from liaison.web.forms import Surroundings, read_form, show_form
from liaison.web.forms.norms import offered_norms
from liaison.web.forms.sentences import offered
from liaison.web.forms.showing import Option
from liaison.web.languages import find_language, languages
from liaison.web.names import DeskNames
from liaison.web.pages.cases.values import fields_of
from liaison.web.pages.requests.basis import offered_for
from liaison.web.pages.write import cautions, recipients
from liaison.web.pages.write.cards import show_cards
from liaison.web.pages.write.plan import Plan, first, forms_to_choose
from liaison.web.words import code_meaning, code_word

Page = Callable[[Node, Seat, Plan, Surroundings], dict[str, Any]]


def _form(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    state = register_facts(node, seat.register).desk_state(seat.desk)
    used = forms_used(node, Place(seat.register, seat.desk))
    return {"forms": forms_to_choose(used, state.kind if state else None)}


def _to(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    cards = show_cards(node, seat, recipients.entries_of(node, seat, plan.to))
    known = [entry for entry in directory(node, seat.register).desks() if entry.participant]
    boxes = recipients.boxes_of(node, seat, plan.to)
    return {"cards": cards, "boxes": boxes, "known": known, "add": first(plan.draft.typed, "add")}


def _how(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    markings = node.config.markings
    cards = show_cards(node, seat, recipients.entries_of(node, seat, plan.to))
    return {
        "stages": _codes("stage", plan.form.stages if plan.form else (), plan.stage),
        "labels": _codes("tlp", code_list("tlp"), plan.tlp),
        "urgencies": _codes("urgency", code_list("urgency"), plan.urgency),
        "ladder": _ladder(markings, plan.marking),
        "highest": markings.highest,
        "hosted": [card for card in cards if card.card.host],
        "rehearsal": register_facts(node, seat.register).globals.rehearsal,
        "zone": plan.reading.zone.key,
        "wanted_by": first(plan.draft.typed, "wanted_by"),
    }


def _ladder(markings: Markings, chosen: str) -> tuple[str, ...]:
    """What may be held here; and the draft's own, so that one above the limit is refused and never lost in silence."""
    above = (chosen,) if markings.ladder and chosen and chosen not in markings.held else ()
    return (*markings.held, *above)


def _text(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    if plan.form is None:
        return {"form_view": None, "sentences": None}
    # What is still empty is no mistake before the officer goes on.
    reading = plan.reading if plan.tried else read_form(plan.form, plan.draft.typed, around, complete=False)
    sentences = offered(plan.form, plan.draft.typed, find_language(get_language()))
    norms = offered_norms(plan.form, lambda: known_instruments(node))
    around = replace(around, offered={**offered_for(seat, plan.form.id, plan.to), **norms})
    return {"form_view": show_form(plan.form, reading, around), "sentences": sentences}


def _files(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    return {"largest": node.config.attachments.largest}


def _check(node: Node, seat: Seat, plan: Plan, around: Surroundings) -> dict[str, Any]:
    cards = show_cards(node, seat, recipients.entries_of(node, seat, plan.to))
    boxes = recipients.boxes_of(node, seat, plan.to)
    gone = len(plan.to) - len(cards) - len(boxes)
    with reading(node):
        rule = rule_for(seat.register, seat.desk, form=plan.form.id if plan.form else "", urgency=plan.urgency)
    return {
        "rule": rule,
        "alone": plan.form is not None and may_send_alone(plan.form.id, plan.urgency),
        "returned": request_of_draft(node, seat, plan.draft.number),
        "cards": [(card, dict(_expected(card)).get(plan.urgency, "")) for card in cards],
        "boxes": boxes,
        "gone": gone,
        "fields": list(fields_of(plan.form, seat.register, plan.reading.values, DeskNames(node))) if plan.form else [],
        "obstacles": cautions.find_obstacles(node, plan, seat, cards, boxes=len(boxes)),
        "cautions": list(cautions.find_cautions(node, plan, seat, cards)),
        "hosts": cautions.read_by_hosts(plan, cards),
        "paper_languages": languages().values() if plan.form is not None and plan.form.id in load_catalogue() else (),
        "missing": [(name, problem) for name, found in plan.problems.items() for problem in found],
    }


def _expected(card: Any) -> tuple[tuple[str, str], ...]:
    return tuple(card.expected)


def _codes(codes: str, these: Any, chosen: str) -> list[Option]:
    return [Option(each, code_word(codes, each), code_meaning(codes, each), each == chosen) for each in these]


STEP_PAGES: Mapping[str, Page] = MappingProxyType(
    {"form": _form, "to": _to, "how": _how, "text": _text, "files": _files, "check": _check}
)
