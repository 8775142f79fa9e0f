"""How does a mission write to the secretariat about a desk? A letter as PDF, in any language there is.

    make_letter(node, seat, LetterKind.NOMINATION, languages()["ar"])      bytes of a PDF/UA-1 file

Invariants:
- The letter holds what the register is to say, and the fingerprints of the root keys in words, to be read out by
  telephone; it goes through the channel States use between them, and signs nothing itself.
- Text enters the typesetter as data, never as its markup, so that no field can change the page.
- A language for which no font is here is refused, and so is a letter with a sign that none has: nothing is printed
  as an empty box.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext

from liaison.keys.words import format_words
from liaison.node.node import Node
from liaison.node.reads.facts import register_facts
from liaison.node.reads.register import followed
from liaison.node.services.own_entry import Wanted, differences, own_entry
from liaison.node.services.people.officers import Seat
from liaison.web.languages import Language
from liaison.web.letters.entry_words import entry_label, entry_value
from liaison.web.letters.fonts import fonts_for, found_fonts
from liaison.web.letters.typesetting import own, typeset, world_locale
from liaison.web.words import apart, code_word, listed

if TYPE_CHECKING:
    from typst import Fonts


class LetterKind(StrEnum):
    """What a letter asks for."""

    NOMINATION = "nomination"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a letter is about."""

    title: str
    name: str
    codes: tuple[str, ...]
    desk: str
    before: Wanted
    after: Wanted
    roots: tuple[str, ...]


def title(kind: LetterKind) -> str:
    """What a kind of letter is called."""
    titles = {
        LetterKind.NOMINATION: gettext("Letter of nomination"),
        LetterKind.CHANGE: gettext("Letter of change"),
    }
    return titles[kind]


def make_letter(node: Node, seat: Seat, kind: LetterKind, language: Language, *, found: Fonts | None = None) -> bytes:
    """The letter about the seat's desk, in fonts of `found` (by default all there are). Raises UsageError."""
    found = found_fonts() if found is None else found
    fonts, facts = fonts_for(language.locale, found), _facts(node, seat)
    with translation.override(language.code):
        told = _told(facts, kind) | {
            "lang": language.tag.partition("-")[0],
            "rtl": language.direction == "rtl",
            "fonts": fonts,
            "date": format_date(node.clock.now(), "long", locale=world_locale(language.locale)),
        }
    return typeset("letter.typ", told, found, at=node.clock.now())


def _facts(node: Node, seat: Seat) -> _Facts:
    entry = own_entry(node, seat.register, seat.desk)
    state = register_facts(node, seat.register).participant(seat.desk.participant)
    return _Facts(
        title=followed(node, seat.register).title,
        name=state.labels.name if state else seat.desk.participant[:16],
        codes=state.labels.codes if state else (),
        desk=seat.desk.desk,
        before=entry.declared,
        after=entry.proposal.wanted if entry.proposal else entry.declared,
        roots=tuple(key.fingerprint for key in state.roots.keys) if state else (),
    )


def _told(facts: _Facts, kind: LetterKind) -> dict[str, Any]:
    """Every word of the letter in the present language."""
    asks = {
        LetterKind.NOMINATION: gettext(
            "has the honour to nominate the following contact centre "
            "and asks the secretariat to enter it in the register."
        ),
        LetterKind.CHANGE: gettext(
            "has the honour to inform the secretariat that the following contact centre is described anew."
        ),
    }
    nothing = Wanted(facts.after.kind, (), type(facts.after.expected)(None, None, None), {})
    rows = differences(nothing, facts.after)
    changed = differences(facts.before, facts.after) if kind is LetterKind.CHANGE else []
    return {
        "title": title(kind),
        "to": gettext("To the secretariat of the register:"),
        "register": own(facts.title),
        "from": apart(facts.name),
        "asks": asks[kind],
        "rows": [
            [gettext("Participant"), own(f"{facts.name} ({listed(facts.codes)})" if facts.codes else facts.name)],
            [gettext("Desk"), own(facts.desk)],
            [gettext("Kind of desk"), own(code_word("desk-kind", facts.after.kind))],
            *([entry_label(name), own(entry_value(name, after))] for name, _, after in rows),
        ],
        "changed_title": gettext("What changes"),
        "changed": [
            [entry_label(name), *(own(entry_value(name, each) or "—") for each in (before, after))]
            for name, before, after in changed
        ],
        "heads": [gettext("What"), gettext("Before"), gettext("After")],
        "words_title": gettext("Root keys, as words to compare by telephone"),
        "words": [format_words(each) for each in facts.roots],
        "words_note": gettext(
            "Whoever receives this letter reads the words back by telephone to a person they know, "
            "at a number they have from elsewhere."
        ),
        "sign": [gettext("Place and date"), gettext("Name and position"), gettext("Signature and seal")],
    }
