"""How is a message shown on a terminal? In local time with its zone, and without what could move the cursor.

2026-11-22 04:02 CET  in   EXERCISE  incident-notice  urgent  XD/duty  accepted  0192f0c1-…
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from liaison.cli.register.desks import warning_words
from liaison.messages.forms import english, meaning
from liaison.messages.parties import DeskRef
from liaison.wire.identifiers import format_instant, parse_instant

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.inbox import Listed, Opened
    from liaison.node.reads.letter_boxes import LeftRead
    from liaison.node.reads.line import Trial

# Control characters and overrides of direction: what a stranger wrote must not steer the reader's terminal.
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def local(at: datetime) -> str:
    """The instant in this machine's zone, with the zone."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M %Z")


def local_words(text: str) -> str:
    """The same of an instant as the wire and JSON write it."""
    return local(parse_instant(text))


def plain(text: str) -> str:
    """`text` without what could steer a terminal."""
    return _UNSHOWABLE.sub("\ufffd", text)


class Names:
    """Desks as the register names them: `XD/duty` rather than a hash."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: dict[tuple[str, str], str] = {}

    def of(self, register: str, desk: DeskRef) -> str:
        """The first code or the name of the participant, the desk, and who hosts it."""
        from liaison.node.reads.caution.parties import host_of
        from liaison.node.reads.facts import register_facts
        from liaison.node.reads.mail.targets import contact_name, is_mailbox

        host = host_of(register_facts(self._node, register), desk)
        if is_mailbox(desk):
            return plain(contact_name(self._node, desk.participant)) or desk.participant[:8]
        said = f"{self._participant(register, desk.participant)}/{desk.desk}"
        if host is None:
            return said
        return f"{said} (hosted by {self._participant(register, host.participant)}/{host.node})"

    def same_host(self, each: Listed) -> bool:
        """Whether the message is between two participants on one installation."""
        from liaison.node.reads.caution.parties import same_host
        from liaison.node.reads.facts import register_facts

        facts = register_facts(self._node, each.register)
        return any(same_host(facts, each.own, other) for other in each.others)

    def warnings(self, register: str, desk: DeskRef) -> list[str]:
        """What is odd about the name of the desk's owner."""
        from liaison.node.reads.caution.parties import name_warnings

        return list(name_warnings(self._node, register, desk.participant))

    def participant(self, register: str, participant: str) -> str:
        """The first code or the name of a participant."""
        return self._participant(register, participant)

    def _participant(self, register: str, participant: str) -> str:
        place = (register, participant)
        if place not in self._known:
            self._known[place] = self._look_up(*place)
        return self._known[place]

    def _look_up(self, register: str, participant: str) -> str:
        from liaison.node.reads.facts import register_facts

        state = register_facts(self._node, register).participant(participant)
        if state is None:
            return participant[:8]
        return plain(state.labels.codes[0] if state.labels.codes else state.labels.name)


LIST_HEAD = ("when", "way", "", "form", "urgency", "with", "state", "message", "case")


def listed_row(each: Listed, names: Names) -> tuple[str, ...]:
    """One line of a list."""
    if each.direction == "in":
        other, state = names.of(each.register, each.other), each.reason or each.verdict
    else:
        other = ", ".join(names.of(each.register, copy.desk) for copy in each.reach)
        state = ", ".join(sorted({copy.reason or copy.state for copy in each.reach}))
    flag = "EXERCISE" if each.exercise else ""
    return (local(each.at), each.direction, flag, each.form, each.urgency, other, state, each.message_id, each.case)


def listed_value(each: Listed, names: Names) -> dict[str, Any]:
    """The same as JSON."""
    reach = [
        {
            "desk": names.of(each.register, copy.desk),
            "participant": copy.desk.participant,
            "state": copy.state,
            "reason": copy.reason or None,
            "at": format_instant(copy.at) if copy.at else None,
            "obtained": copy.obtained or None,
            "letter_box": left_value(copy.left, each.register, names),
            "trial": trial_value(copy.trial),
        }
        for copy in each.reach
    ]
    return {
        "direction": each.direction,
        "id": each.message_id,
        "case": each.case,
        "form": each.form,
        "urgency": each.urgency,
        "exercise": each.exercise,
        "at": format_instant(each.at),
        "with": names.of(each.register, each.other),
        "verdict": each.verdict,
        "reason": each.reason or None,
        "same_host": names.same_host(each),
        "copies": reach,
    }


def left_value(left: LeftRead | None, register: str, names: Names) -> dict[str, Any] | None:
    """Where a copy lies, or lay, in a letter box."""
    if left is None:
        return None
    return {
        "by": names.participant(register, left.by.participant),
        "state": left.state,
        "at": format_instant(left.at),
        "until": format_instant(left.until),
        "expired": left.expired,
    }


def trial_value(trial: Trial | None) -> dict[str, Any] | None:
    """What the outbox met when it tried a copy that is not through."""
    if trial is None or not trial.tried:
        return None
    return {
        "tried": trial.tried,
        "error": trial.last_error,
        "since": format_instant(trial.since) if trial.since else None,
        "next_try": format_instant(trial.next_try),
        "refused": trial.refused,
    }


def opened_value(opened: Opened, names: Names) -> dict[str, Any]:
    """A message with what it says, as JSON."""
    core = opened.core
    held = dict(opened.attachments)
    return listed_value(opened.listed, names) | {
        "core_hash": opened.core_hash,
        "from": names.of(core.register, core.sender),
        "to": [names.of(core.register, desk) for desk in core.to],
        "stage": core.stage,
        "tlp": core.tlp,
        "marking": core.marking,
        "exercise": core.exercise,
        "wanted_by": core.wanted_by,
        "composed": core.composed,
        "re": core.re,
        "fields": opened.fields,
        "notes": list(opened.notes),
        "name_warnings": names.warnings(core.register, core.sender),
        "attachments": [
            {"name": each.name, "size": each.size, "sha256": each.plain, "state": held.get(each.sealed)}
            for each in core.attachments
        ],
    }


def opened_lines(value: Mapping[str, Any]) -> list[str]:
    """A message for people."""
    flags = [*(["EXERCISE"] if value["exercise"] else []), *(english("note", each) for each in value["notes"])]
    stage = f", {value['stage']}" if value["stage"] else ""
    lines = [
        f"{value['form']}{stage}  TLP:{value['tlp'].upper()}  {value['urgency']}  {' '.join(flags)}".rstrip(),
        f"  from      {value['from']}",
        *([f"            LOOK TWICE: {warning_words(value['name_warnings'])}"] if value["name_warnings"] else []),
        f"  to        {', '.join(value['to'])}",
        *(["            both on one host: it never left that installation"] if value["same_host"] else []),
        f"  composed  {local(datetime.fromisoformat(value['composed']))} by the sender's clock",
        f"  id        {value['id']}",
        f"  case      {value['case']}",
    ]
    lines += [f"  {name:<9} {_shown(said)}" for name, said in sorted(value["fields"].items())]
    for each in value["attachments"]:
        lines.append(f"  file      {plain(each['name'])}  {each['size']} bytes  {each['state']}  {each['sha256']}")
    for copy in value["copies"]:
        when = f"  {local(datetime.fromisoformat(copy['at']))}" if copy["at"] else ""
        lines.append(f"  at {copy['desk']}: {copy['state']}{when}{'  ' + copy['reason'] if copy['reason'] else ''}")
        if copy["obtained"]:
            lines.append(f"            {english('receipt-way', copy['obtained'])}")
        elif copy["letter_box"]:
            lines.append(left_line(copy["letter_box"]))
        if copy["trial"] and (copy["trial"]["refused"] or not copy["letter_box"]):
            lines.append(trial_line(copy["trial"]))
    return lines


def trial_line(trial: Mapping[str, Any]) -> str:
    """The same for people: what it met, since when, what to do, and when it is tried again."""
    since = f" since {local(datetime.fromisoformat(trial['since']))}" if trial["since"] else ""
    advice = meaning("delivery-error", trial["error"])
    told = f"{english('delivery-error', trial['error'])}{since}.{' ' + advice if advice else ''}"
    times = "once" if trial["tried"] == 1 else f"{trial['tried']} times"
    return f"            {told} Tried {times}, next at {local(datetime.fromisoformat(trial['next_try']))}."


def left_line(left: Mapping[str, Any]) -> str:
    """The same for people."""
    at, until = (local(datetime.fromisoformat(left[name])) for name in ("at", "until"))
    words = {
        "kept": f"left in the letter box of {left['by']} at {at}, kept until {until}",
        "fetched": f"fetched from the letter box of {left['by']} at {at}; the receipt has still to come",
        "expired": f"not fetched from the letter box of {left['by']} until {until}; it is left there again",
    }
    again = f" (not fetched {left['expired']} times before)" if left["expired"] and left["state"] == "kept" else ""
    return f"            {words[left['state']]}{again}"


def _shown(said: Any) -> str:
    if isinstance(said, dict) and said.keys() == {"lang", "text"}:
        return f"({said['lang']}) {plain(said['text'])}"
    return plain(said if isinstance(said, str) else str(said))
