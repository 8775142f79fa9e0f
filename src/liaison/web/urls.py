"""Which page answers at which path? One table; a desk's pages stand under `/d/<desk>/`."""

from __future__ import annotations

from django.urls import include, path

from liaison.web.pages import cases, desk, problems, sign_in

DESK = [
    *desk.ROUTES,
    *cases.ROUTES,
]

urlpatterns = [
    path("", desk.first, name="first"),
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("join/<str:token>", sign_in.join, name="join"),
    path("language", sign_in.choose_language, name="language"),
    path("d/<str:seat>/", include(DESK)),
]
handler404 = problems.not_found
