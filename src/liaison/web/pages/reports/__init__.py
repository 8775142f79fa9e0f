"""How does an officer see the reports of a desk, answer rows of them, and learn what became of what was sent?"""

from __future__ import annotations

from django.urls import path

from liaison.web.pages.reports import answering, listing

ROUTES = [
    path("reports/", listing.reports, name="reports"),
    path("reports/became", listing.became, name="reports-became"),
    path("reports/became/export", listing.export, name="reports-became-export"),
    path("reports/<uuid:message>/", listing.report, name="report"),
    path("reports/<uuid:message>/export", listing.rows, name="report-rows"),
    path("reports/<uuid:message>/answer", answering.answer, name="report-answer"),
]
