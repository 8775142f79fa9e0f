"""What does a participant report of what was agreed, and how is that written, checked and published?"""

from __future__ import annotations

from django.urls import path

from liaison.web.pages.conduct.own import answering, finishing, years

ROUTES = [
    path("conduct/own/", years.years, name="own-reports"),
    path("conduct/own/begin", years.begin, name="own-report-begin"),
    path("conduct/own/import", finishing.bring_in, name="own-report-import"),
    path("conduct/own/<int:number>/", years.tasks, name="own-report"),
    path("conduct/own/<int:number>/check", finishing.check, name="own-report-check"),
    path("conduct/own/<int:number>/propose", finishing.propose, name="own-report-propose"),
    path("conduct/own/<int:number>/withdraw", finishing.withdraw, name="own-report-withdraw"),
    path("conduct/own/<int:number>/approve", finishing.approve, name="own-report-approve"),
    path("conduct/own/<int:number>/difference", finishing.changes, name="own-report-difference"),
    path("conduct/own/<int:number>/paper", finishing.paper, name="own-report-paper"),
    path("conduct/own/<int:number>/export", finishing.export, name="own-report-export"),
    path("conduct/own/<int:number>/clauses/<slug:clause>/", answering.answer, name="own-report-answer"),
    path("conduct/own/<int:number>/clauses/<slug:clause>/both", answering.both, name="own-report-both"),
]
