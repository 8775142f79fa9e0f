"""What was just done, said once on the next page?

    return after_post(path, "acknowledged")        …/?said=acknowledged

Invariants: the address carries a code of this table and nothing else, so that no link makes a page say other words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy

SAID: Mapping[str, Any] = MappingProxyType(
    {
        "acknowledged": gettext_lazy("Acknowledged. The other side is told that a person of this desk has seen it."),
        "acknowledged-before": gettext_lazy("It was acknowledged before; nothing was sent again."),
        "sent": gettext_lazy("Sent. It is kept in the outbox until the other side's node has it."),
        "follow-up-set": gettext_lazy("Noted. The case comes back to your desk page on that day."),
        "follow-up-dropped": gettext_lazy("The follow-up date is gone."),
        "fetching": gettext_lazy("The file is being fetched. This page shows when it is here; reload it to see."),
    }
)


def after_post(path: str, code: str) -> HttpResponse:
    """Go on to a page that says what was done."""
    return HttpResponseRedirect(f"{path}?said={code}")


def said(request: HttpRequest) -> Any:
    """What the page in hand has to say, empty for nothing."""
    return SAID.get(request.GET.get("said", ""), "")
