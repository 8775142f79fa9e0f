"""Which page answers at which path? One table; a desk's pages stand under `/d/<desk>/`."""

from __future__ import annotations

from django.urls import include, path

from liaison.web.pages import (
    account,
    administration,
    book,
    calling,
    cases,
    centres,
    checks,
    conduct,
    desk,
    duty,
    escalation,
    exercises,
    find,
    guests,
    inside,
    instruments,
    mailboxes,
    own_entry,
    phrases,
    problems,
    readers,
    register,
    reports,
    sign_in,
    world_map,
    write,
    year,
)
from liaison.web.pages.conduct import help as help_with_norms
from liaison.web.pages.conduct import own as own_report
from liaison.web.pages.evidence import routes as evidence
from liaison.web.pages.requests import routes as requests

DESK = [
    *desk.ROUTES,
    *duty.ROUTES,
    *find.ROUTES,
    *register.ROUTES,
    *world_map.ROUTES,
    *own_entry.ROUTES,
    *inside.ROUTES,  # Before the steps of a draft, whose last part is any word.
    *instruments.ROUTES,
    *own_report.ROUTES,  # Before a code whose id could be any word.
    *conduct.ROUTES,
    *help_with_norms.ROUTES,
    *evidence.ROUTES,
    *requests.ROUTES,  # Before those too.
    *write.ROUTES,
    *cases.ROUTES,
    *guests.ROUTES,
    *reports.ROUTES,
    *readers.ROUTES,
    *escalation.ROUTES,
    *administration.ROUTES,
    *book.ROUTES,
    *mailboxes.ROUTES,
    *centres.ROUTES,
    *checks.ROUTES,
    *calling.ROUTES,
    *phrases.ROUTES,
    *year.ROUTES,
    *exercises.ROUTES,
]

urlpatterns = [
    path("", desk.first, name="first"),
    *sign_in.ROUTES,
    *account.ROUTES,
    *guests.DOOR,
    *duty.OUTSIDE,
    *conduct.OUTSIDE,
    *escalation.OWN_ROUTES,
    path("d/<str:seat>/", include(DESK)),
]
handler404 = problems.not_found
handler400 = problems.not_understood
handler500 = problems.broken
