"""Which norms are there to choose from in a form that names some?

    texts_with_norms(known)             each text of which there is data, with its clauses that are norms
    offered_norms(form, known)          what `show_form` offers for the fields of the form that hold norms

Invariants: a pattern for other texts has no norms of its own, and what only reserves or declares is none; nobody has to
know the id of a text or of a clause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from django.utils.translation import pgettext

from liaison.instruments.texts import Clause, Instrument, Role, TextKind
from liaison.messages.forms import Form
from liaison.web.forms.reading import Choice, Offered
from liaison.web.words import apart

PARTS = (Role.RESERVATION, Role.DECLARATION)
"""Clauses that are parts of others, and no norms."""


def texts_with_norms(known: Mapping[str, Instrument]) -> Iterator[tuple[Instrument, dict[str, Clause]]]:
    """The texts in the order of their names, each with its norms by id."""
    texts = (each for each in known.values() if each.kind is not TextKind.TEMPLATE)
    for text in sorted(texts, key=lambda each: each.short):
        yield text, {name: clause for name, clause in text.clauses.items() if clause.role not in PARTS}


def offered_norms(form: Form, known: Callable[[], Mapping[str, Instrument]]) -> Mapping[str, Offered]:
    """The norms under their text, for each field of the form that holds some; `known` is asked only for such a form."""
    fields = [field.name for field in form.fields.values() if field.type == "norms"]
    if not fields:
        return {}
    found: dict[str, tuple[Choice, ...]] = {}
    for text, norms in texts_with_norms(known()):
        short = pgettext(text.id, text.short or text.en)
        choices = tuple(Choice(f"{text.id} {name}", _label(text, clause)) for name, clause in norms.items())
        found[short] = found.get(short, ()) + choices
    return dict.fromkeys(fields, found)


def _label(text: Instrument, clause: Clause) -> str:
    return " ".join(filter(None, (apart(clause.article), pgettext(text.id, clause.en))))
