"""Does somebody always answer? A first officer who is silent, a second who is not, and a look at every other node."""

from __future__ import annotations

import email
import email.policy
import re
from functools import partial
from typing import Any

from liaison.cli.demo.mail_server import PostOffice, write_mail_section
from liaison.cli.demo.places import StepFailed, free_ports, until
from liaison.cli.demo.rehearsal import Rehearsal

FIELDS = ("title=Does anybody hear us?", "incident_type=test:test", "expectation=answer-asked")
NODE = "liaison@csirt.xd.example"
OFFICERS = {"duty": "first@csirt.xd.example", "second": "second@csirt.xd.example"}
WIDTH = 30


def plan_duty(demo: Rehearsal) -> list[str]:
    """Two officers of XD confirm their mailboxes; XD says who is told first; an urgent notice comes from XC."""
    there, (smtp, imap) = demo.places["XD"], free_ports(2)
    passwords = {mailbox: f"the password of {mailbox}" for mailbox in (NODE, *OFFICERS.values())}
    post = demo.post = PostOffice(passwords, smtp, imap)
    write_mail_section(there, NODE, smtp, imap, password=passwords[NODE])
    there.stop()
    there.serve()
    there.run("officer", "add", "second", "--name", "Second officer of XD (fictional)", "--role", "officer")
    for login, mailbox in OFFICERS.items():
        way = there.run("escalation", "reach", login, mailbox)["number"]
        (letter,) = until(partial(post.letters, mailbox), bool, f"no code came to {mailbox}")
        there.run("escalation", "confirm", login, str(way), _code(letter))
    there.run("duty", "override", "duty", "--hours", "12")
    there.run("escalation", "plan", "--step", "rota=1", "--step", "rota,desk=5", "--last", "desk")
    told = there.run("escalation", "simulate")
    fields = [part for field in FIELDS for part in ("--field", field)]
    what = ("--exercise", "--to", "XD", "--stage", "notification", "--urgency", "urgent")
    (sent,) = demo.places["XC"].run("message", "send", *what, *fields)
    demo.seen["urgent"], demo.seen["urgent case"] = sent["id"], sent["case"]
    return [f"{each['at']}  {', '.join(each['tell'])}: {_names(each)}" for each in told[:2]]


def be_escalated(demo: Rehearsal) -> list[str]:
    """The first officer says nothing for a minute; the second is told, acknowledges, and it ends there."""
    there = demo.places["XD"]

    def history() -> list[dict[str, Any]]:
        return list(there.run("escalation", "show", "--case", demo.seen["urgent case"]))

    until(history, lambda seen: _count(seen, "told") >= 2, "nobody was told after the first officer")
    mailbox = partial(demo.letters, OFFICERS["second"])
    letter = until(mailbox, lambda found: len(found) > 1, "the second officer got no mail")[-1]
    there.run("message", "ack", demo.seen["urgent"])
    seen = until(history, lambda seen: _count(seen, "signed") == 1, "the acknowledgement ended nothing")
    if _count(seen, "told") > 2 or FIELDS[0].partition("=")[2].encode() in letter:
        raise StepFailed(f"somebody was told once too often, or too much: {seen}")
    words = {"told": "told", "signed": "acknowledged"}
    lines = [f"{each['at']}  {words[each['what']]} {each['whom']}".rstrip() for each in seen]
    second, last = (each["at"][11:16] for each in seen[1:3])
    return [*lines, f"the second officer's mail: “{mail_words(letter)}”", f"escalated {second}, acknowledged {last}"]


def check_nodes(demo: Rehearsal) -> list[str]:
    """XC looks at every other node, in a request that looks like a short message."""
    found = demo.places["XC"].run("check", "run")
    if len(found) < 2 or not all(each["answered"] for each in found):
        raise StepFailed(f"not every node answered: {found}")
    return [_drawn(each, max(each["milliseconds"] or 0 for each in found)) for each in found]


def _drawn(found: dict[str, Any], longest: int) -> str:
    took = found["milliseconds"] or 0
    bar = "█" * max(1, round(WIDTH * took / max(longest, 1)))
    return f"{found['desk']:24} {bar:{WIDTH}} {took} ms, clock {found['clock_ahead_seconds'] or 0:+.1f} s"


def _count(seen: list[dict[str, Any]], what: str) -> int:
    return sum(each["what"] == what for each in seen)


def _names(each: dict[str, Any]) -> str:
    return ", ".join(one["name"] for one in each["officers"]) or "nobody"


def _code(letter: bytes) -> str:
    """The six digits that an officer types back."""
    return re.findall(r"\b\d{6}\b", mail_words(letter))[-1]


def mail_words(letter: bytes) -> str:
    """What a mail says on one line, without the secret of its link."""
    text = str(email.message_from_bytes(letter, policy=email.policy.default).get_content())
    return " ".join("(a link)" if "/have/" in word else word for word in text.split())
