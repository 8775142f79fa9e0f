"""What can two officers say to each other who share no language? Coded sentences, in both languages side by side.

    phrases/?in=fr                  every sentence, grouped
    phrases/?in=fr&say=A1&say=D6    those that were picked, to read out or to print

Invariants: a code means the same in every language; each column has its own direction; the page holds nothing of any
case, and opening it changes nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.views.decorators.http import require_GET

from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.languages import Language, find_language, languages
from liaison.web.phrases import GROUPS, beside, groups, language_of, said
from liaison.web.requests import at_desk
from liaison.web.words import code_word


@require_GET
@at_desk(Action.READ_METADATA)
def book(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Every sentence, or those that were picked."""
    own = find_language(translation.get_language())
    other = languages().get(request.GET.get("in", "")) or beside((), own)
    picked = frozenset(request.GET.getlist("say"))
    shown = [
        {
            "letter": letter,
            "title": code_word(GROUPS, letter),
            "rows": [_row(code, own, other) for code in codes if not picked or code in picked],
        }
        for letter, codes in groups()
    ]
    given = {"own": own, "other": other, "groups": [each for each in shown if each["rows"]], "picked": picked}
    return render(request, "web/phrases.html", given)


def _row(code: str, own: Language, other: Language) -> dict[str, object]:
    """A sentence in both languages, each text with the language that it really stands in."""
    cells = [{"text": said(code, each), "language": language_of(code, each)} for each in (own, other)]
    return {"code": code, "cells": cells}


ROUTES = [path("phrases/", book, name="phrases")]
