"""What should an officer know before this leaves, and what would keep it from leaving?

Invariants: a caution stops nothing; an obstacle would make `send_letter` refuse, and is found here without sending.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from django.utils.translation import gettext, ngettext

from liaison.cooperation.catalogue import load_catalogue
from liaison.cooperation.completeness import Draft, Lack, find_lacks, reversed_periods
from liaison.errors import LiaisonError, UsageError
from liaison.messages.forms import Form, read_observables
from liaison.messages.forms.observables import missing_for_nat
from liaison.messages.forms.sharing import STRICTNESS
from liaison.node.node import Node
from liaison.node.reads.caution.disputes import check_pinned
from liaison.node.reads.caution.parties import same_host
from liaison.node.reads.cooperation.rulebooks import rulebook_for
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import mail_targets
from liaison.node.services.cooperation.resting import check_basis
from liaison.node.services.people.officers import Seat
from liaison.web.pages.write.cards import CardView
from liaison.web.pages.write.plan import Plan
from liaison.web.words import code_meaning, code_word, explained, field_word, language_word, listed


def find_obstacles(node: Node, plan: Plan, seat: Seat, cards: list[CardView], *, boxes: int = 0) -> list[str]:
    """Why it cannot be sent to some recipient, in sentences."""
    facts = register_facts(node, seat.register)
    found = [_alone()] if boxes and boxes + len(cards) > 1 and plan.together != "each" else []
    found += what_is_lacking(node, plan, seat)
    for card in cards:
        desk = card.card.ref
        try:
            if desk is not None:
                check_pinned(facts, seat.desk, desk)
                if desk not in mail_targets(facts, seat.desk, [desk]):
                    facts.sealing_key(desk)
        except LiaisonError as error:
            found.append(f"{card.name}: {explained(error).what} {explained(error).next}")
    return found


def _alone() -> str:
    told = explained(UsageError("mail-case-of-two"))
    return f"{told.what} {told.next}"


def read_by_hosts(plan: Plan, cards: list[CardView]) -> list[CardView]:
    """The recipients whose host would read words of this label, so that the officer has to agree."""
    if STRICTNESS[plan.tlp] < STRICTNESS["amber-strict"]:
        return []
    return [card for card in cards if card.card.host]


def find_cautions(node: Node, plan: Plan, seat: Seat, cards: list[CardView]) -> Iterator[str]:
    """What is not wrong and may still be a mistake."""
    facts = register_facts(node, seat.register)
    for card in cards:
        if not card.usable:
            yield f"{card.name}: {card.status}"
        for words in card.cautions:
            yield f"{card.name}: {words}"
        if card.card.ref is not None and same_host(facts, seat.desk, card.card.ref):
            told = gettext("%(name)s: the same installation keeps your desk and theirs, and opens both sides.")
            yield told % {"name": card.name}
    yield from _languages(plan, cards)
    yield from _addresses(plan)
    yield from (words for lack, words in _lacks(node, plan, seat) if not lack.blocks)


def what_is_lacking(node: Node, plan: Plan, seat: Seat) -> list[str]:
    """What a request must still say by the text it rests on and by the rules of whoever is asked, whether that text
    binds as it says, and whether the node may hold what is marked so, in sentences."""
    missing = [words for lack, words in _lacks(node, plan, seat) if lack.blocks]
    for check in (
        partial(check_basis, node, seat.register, seat.desk, plan.reading.values, plan.to),
        partial(node.config.markings.check, plan.marking),
    ):
        try:
            check()
        except UsageError as error:
            missing.append(f"{explained(error).what} {explained(error).next}")
    return missing


def _lacks(node: Node, plan: Plan, seat: Seat) -> Iterator[tuple[Lack, str]]:
    if plan.form is None:
        return
    if plan.form.id not in load_catalogue():
        yield from ((lack, _lack_words(plan.form, lack)) for lack in reversed_periods(plan.reading.values))
        return
    state = register_facts(node, seat.register).desk_state(seat.desk)
    draft = Draft(plan.form.id, plan.reading.values, state.kind if state else None, urgency=plan.urgency)
    said: set[tuple[str, str]] = set()
    for desk in plan.to or (None,):
        rules = rulebook_for(node, seat.register, desk) if desk is not None else None
        for lack in find_lacks(replace(draft, to=desk), rules.rulebook if rules is not None else None):
            # What the form itself requires stands above, with a way to it.
            field = plan.form.fields.get(lack.field)
            told = field is not None and field.required and field.name not in plan.reading.values
            if not told and (lack.code, lack.field) not in said:
                said.add((lack.code, lack.field))
                yield lack, _lack_words(plan.form, lack)


def _lack_words(form: Form, lack: Lack) -> str:
    label = field_word(form, lack.field) if lack.field else code_word("lack", lack.code)
    article = gettext(" (article %(article)s)") % {"article": lack.article} if lack.article[:1].isdigit() else ""
    return f"{label}: {code_meaning('lack', lack.code)}{article}"


def _languages(plan: Plan, cards: list[CardView]) -> Iterator[str]:
    used = {value["lang"] for value in map(_as_dict, plan.reading.values.values()) if "lang" in value}
    for card in cards:
        read = {tag.split("-")[0] for tag in card.card.entry.languages}
        unread = sorted(tag for tag in used if read and tag.split("-")[0] not in read)
        if unread:
            told = gettext("%(name)s does not say that it reads %(languages)s.")
            yield told % {"name": card.name, "languages": listed(map(language_word, unread))}


def _addresses(plan: Plan) -> Iterator[str]:
    value = plan.reading.values.get("observables")
    if value is None:
        return
    bare = sum(bool(missing_for_nat(item)) for item in read_observables(value))
    if bare:
        told = ngettext(
            "%(count)s address has no time, port or protocol; behind a shared address its user cannot be found.",
            "%(count)s addresses have no time, port or protocol; behind a shared address their users cannot be found.",
            bare,
        )
        yield told % {"count": bare}


def _as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
