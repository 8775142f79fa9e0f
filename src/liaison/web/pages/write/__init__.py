"""How does an officer write to other desks: what, to whom, how, the text, files, a last look, and who has it?"""

from __future__ import annotations

from django.urls import path

from liaison.web.pages.write import sending, steps

ROUTES = [
    path("write/", steps.write, name="write"),
    path("write/sent/<str:sent_as>", sending.sent, name="write-sent"),
    path("write/<int:number>/discard", steps.discard, name="write-discard"),
    path("write/<int:number>/files/add", sending.upload, name="write-upload"),
    path("write/<int:number>/files/remove", sending.remove, name="write-remove"),
    path("write/<int:number>/send", sending.send, name="write-send"),
    path("write/<int:number>/<str:name>", steps.step, name="write-step"),
]
