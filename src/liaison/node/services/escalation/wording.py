"""What does a notification say? That something waits, how urgent it is, where to sign in, and the code it goes by.

    One urgent message waits for your desk. Sign in at https://liaison.xc.example, code 4821.
    To say that you have it, without signing in: https://liaison.xc.example/have/n0eMSLj2…

    Messages that wait for you, urgent ones among them: 49. The list, once you sign in:
    https://liaison.xc.example/told/0317

Invariants: nothing of any message, case, desk or sender is in it, whatever way it goes; of an exercise it says so
first; it is in the officer's own language.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources

from liaison.duty.notices import Notice
from liaison.messages.forms.codes import Code, read_code_lists
from liaison.node.models import Notification
from liaison.node.node import Node

LINKED = frozenset({"step", "handed", "called"})
"""What carries a link by which an officer says "I have it"."""
REPEATED = LINKED | {"awaited", "clock"}
"""What is tried again until it was sent, and then by the officer's next method."""
SUBJECTS = dict.fromkeys(("duty-begins", "duty-begins-note", "duty-ends"), "duty-subject")
BY_URGENCY = "step"
"""What says how urgent it is."""
MIXED = "mixed"
HAS_SEVERAL = frozenset({"step", "awaited", "clock"})
"""What has words of its own for many; anything else, and what is of several reasons, is `MIXED`."""


@functools.cache
def _words() -> Mapping[str, Code]:
    return read_code_lists(resources.files("liaison.duty").joinpath("data/codes"))["notice"]


def write_notice(node: Node, row: Notification, *, link: str = "", along: Sequence[Notification] = ()) -> Notice:
    """The words for an officer; `along` is what else it tells of."""
    language = row.officer.language
    given = {"url": node.config.pages.url, "code": row.list_code or row.code, "link": link, "count": len(along) + 1}

    def say(name: str) -> str:
        source = _words()[name].en
        return (node.catalogues.say(language, "notice", source) if node.catalogues else source).format(**given)

    lines = [say("exercise")] if row.exercise else []
    lines += [say(_what(row, along))]
    lines += [say("several-link" if along else "link")] if link else []
    subject = say(SUBJECTS.get(row.purpose, "exercise-subject" if row.exercise else "subject"))
    answers = bool(link) and node.mail is not None and bool(node.config.mail.imap)
    return Notice(
        name=f"notice-{row.pk}",
        subject=subject,
        text="\n".join(lines),
        link=link,
        answer=link.rpartition("/")[2] if answers else "",
        how_to_answer=say("answer") if answers else "",
        urgent=(row.told_urgency or row.urgency) != "routine",
        at=node.clock.now(),
    )


def _what(row: Notification, along: Sequence[Notification]) -> str:
    """By which words it is told."""
    urgency = row.told_urgency or row.urgency
    if not along:
        return urgency if row.purpose == BY_URGENCY else row.purpose
    reasons = {row.purpose, *(each.purpose for each in along)}
    reason = row.purpose if len(reasons) == 1 and reasons <= HAS_SEVERAL else MIXED
    return {BY_URGENCY: f"several-{urgency}", MIXED: f"{MIXED}-{urgency}"}.get(reason, f"several-{reason}")


def links_to(node: Node, token: str) -> str:
    """The address of the page with the one button."""
    return f"{node.config.pages.url}/have/{token}"
