"""What was said of the requests of some cases, and of those in other cases that they refer to or that follow them?

Invariants: only cases of the desk; how far references are followed is bounded.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from liaison.cooperation.lifecycle import Event
from liaison.cooperation.requests import Word
from liaison.messages.parties import DeskRef
from liaison.node.models import RequestFile
from liaison.node.reads.cooperation.messages import words_of
from liaison.node.reads.inside.rules import columns

MOST_CASES = 64


def tied_words(register: str, desk: DeskRef, cases: Collection[str]) -> tuple[list[Word], set[str]]:
    """Inside a reading or a unit of work: the words, and the cases they are of."""
    mine = RequestFile.objects.filter(**columns(register, desk))
    wanted, known = set(cases), set[str]()
    words: list[Word] = []
    while (fresh := wanted - known) and len(known) < MOST_CASES:
        said = words_of(register, desk, fresh)
        words += said
        known |= fresh
        named = {word.linked for word in said if word.linked}
        roots = {word.hash for word in said if word.events[:1] == (Event.SENT,)}
        parents = set(mine.filter(case__in=fresh).exclude(parent="").values_list("parent", flat=True))
        tied = Q(root__in=parents | named) | Q(message_id__in=named) | Q(parent__in=roots)
        wanted |= set(mine.filter(tied).values_list("case", flat=True))
    return words, known
