"""How does a request for cooperation go, from preservation to a partial answer, between two central authorities?

The same commands as at any terminal: what one side sends is awaited at the other, and both are asked for the dates.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liaison.cli.demo import rehearsal
from liaison.cli.demo.places import StepFailed, until
from liaison.cli.demo.rehearsal import Rehearsal, together

TEXT = "un-cybercrime-2024"
CONDITIONS = "For these proceedings only; no onward transfer without our consent; destroyed when they have ended."
PURPOSE = "Proceedings XC-2026-17 (fictional)"
MAIL = "From drop@mail.xd.example Thu Nov 26 10:00:00 2026\nSubject: the files\n\nAs agreed.\n"
RECORDS = {"destruction-record"}
SAID = {
    "instrument": TEXT,
    "basis": "courtesy",
    "authority": "Prosecution service of XC (fictional)",
    "own_reference": "XC-2026-17",
    "offence": "Illegal access, section 12 of the penal code of XC (fictional)",
    "facts": "A mail server was broken into, and files were sent to one account.",
    "data": "Mail and access logs of the account drop@mail.xd.example.",
    "data_link": "The stolen files were sent to this account.",
    "necessity": "The provider deletes logs after ten days.",
    "assistance_intended": True,
    "extension_reason": "The court of XC has not decided yet.",
    "subject": "Criminal proceedings against persons unknown",
    "assistance": "Hand over the data that are preserved.",
    "purpose": "Evidence in these proceedings.",
}


@dataclass
class Preservation(Rehearsal):
    """Two States, and the requests between them."""

    states: tuple[str, ...] = ("XC", "XD")


def publish_authorities(demo: Preservation) -> list[str]:
    """Each State gives its node keys, starts it, and publishes its central authority."""

    def publish(code: str) -> None:
        demo.places[code].run("register", "sync")
        rehearsal.publish_desk(demo, code, kind="central-authority")
        demo.places[code].serve()

    together(publish, demo.states)
    together(lambda code: demo.places[code].run("register", "sync"), demo.states)
    together(lambda code: rehearsal.invite_officer(demo, code), demo.states)
    return [f"{code}  {demo.places[code].url}" for code in demo.states]


def ask_to_preserve(demo: Preservation) -> list[str]:
    """A draft without its necessity is refused with the article; filled in, it leaves."""
    bare = _filled(demo, "preservation-request", without="necessity")
    refused = demo.places["XC"].run(*_send(demo, "preservation-request", bare), expect=(1, 2))
    root = demo.seen["preservation"] = _ask(demo, "preservation-request")
    state = _awaited(demo, "XC", root, "received")
    return [f"refused: {refused['what']}", f"XD has it; at XC: {state['state']}"]


def secure(demo: Preservation) -> list[str]:
    """A person acknowledges, the order at home starts its own clock, and the answer names the day."""
    root, place = demo.seen["preservation"], demo.places["XD"]
    place.run("request", "seen", root)
    place.run("request", "step", root, "ordered", "--zone", "Asia/Kathmandu", "--reference", "Order 4/2026")
    place.run("request", "answer", root, "--last", "--field", "secured=all", "--field", "provider_reference=P-77")
    _awaited(demo, "XC", root, "answered")
    return [f"{code}  preserved until {_kept(demo, code, root)['last_day']}" for code in demo.states] + [
        f"XD  its own order holds until {_clock(demo, 'XD', root, 'order')['last_day']}"
    ]


def extend(demo: Preservation) -> list[str]:
    """The next request begins with what the earlier one and its answer said."""
    first, before = demo.seen["preservation"], _kept(demo, "XC", demo.seen["preservation"])["last_day"]
    more = _ask(demo, "preservation-extension", after=first)
    demo.places["XD"].run("request", "answer", more, "--last", "--field", "secured=all")
    _awaited(demo, "XC", first, "extended")
    _awaited(demo, "XD", first, "extended")
    after = {_kept(demo, code, first)["last_day"] for code in demo.states}
    if len(after) != 1 or after == {before}:
        raise StepFailed(f"both sides should have one later day than {before}: {after}")
    return [f"from {before} to {after.pop()}, on both sides"]


def ask_for_assistance(demo: Preservation) -> list[str]:
    """Once assistance is asked for, the day counts no more."""
    first = demo.seen["preservation"]
    demo.seen["assistance"] = _ask(demo, "assistance-request-mla", after=first)
    for code in demo.states:
        if not _kept(demo, code, first)["held"]:
            raise StepFailed(f"{code} does not keep it until assistance is decided")
    return ["held on both sides until the assistance is decided"]


def answer_in_part(demo: Preservation) -> list[str]:
    """Some of it is given, with the conditions of its use."""
    root = demo.seen["assistance"]
    reasons = "The order covers the mail and not the access logs."
    said = ("--field", f"reasons={reasons}", "--field", f"use_conditions={CONDITIONS}")
    demo.places["XD"].run("request", "answer", root, "--partly", "--last", *said)
    _awaited(demo, "XC", root, "answered")
    answers = [row for row in demo.places["XC"].run("message", "list") if row["form"] == "request-answer"]
    said_there = [demo.places["XC"].run("message", "show", row["id"])["fields"] for row in answers]
    if not any(CONDITIONS in str(each.get("use_conditions")) for each in said_there):
        raise StepFailed("XC did not get the conditions of use")
    return [f"in part: {reasons}", f"conditions: {CONDITIONS}"]


def hand_over(demo: Preservation) -> list[str]:
    """The mail is hashed and sealed where it is collected; XC sees the conditions before it opens anything."""
    mail, there = demo.folder / "mail.mbox", demo.places["XC"]
    mail.write_text(MAIL, encoding="utf-8")
    case = _shown(demo, "XD", demo.seen["assistance"])["case"]
    what = ("--what", "Mail of the account drop@mail.xd.example")
    found = demo.places["XD"].run("evidence", "add", case, mail, *what)["evidence"]
    terms = ("--purpose", PURPOSE, "--onward", "ask-first", "--destroy-by", "2027-12-31T00:00:00Z")
    demo.places["XD"].run("evidence", "hand-over", found, "--to", "XC", *terms)
    demo.seen["evidence"] = found
    until(lambda: _custody(demo, "XC"), bool, "XC has no evidence")
    refused = there.run("evidence", "open", found, "--save", demo.folder / "too-early", expect=(1, 2))
    code = there.run("evidence", "show", found)["accept"]
    (saved,) = there.run("evidence", "open", found, "--accept", code, "--save", demo.folder / "opened")
    if Path(saved).read_text(encoding="utf-8") != MAIL:
        raise StepFailed("what XC opened is not what XD collected")
    return [f"before the conditions are accepted: {refused['what']}", f"then: {Path(saved).name}, as it was collected"]


def destroy(demo: Preservation) -> list[str]:
    """When the proceedings are over, XC destroys it; XD has the signed record, and both custody records agree."""
    found = demo.seen["evidence"]
    demo.places["XC"].run("evidence", "destroy", found)
    forms = until(
        lambda: {row["form"] for row in demo.places["XD"].run("message", "list")},
        lambda seen: "destruction-record" in seen,
        "XD got no record of destruction",
    )
    shown = demo.places["XC"].run("evidence", "show", found)
    if shown["state"] != "destroyed":
        raise StepFailed(f"the evidence is {shown['state']} at XC")
    lines = [each["event"] for each in shown["record"]["lines"]]
    return [f"custody at XC: {', '.join(lines)}", f"XD has: {', '.join(sorted(forms & RECORDS))}"]


def _custody(demo: Preservation, code: str) -> list[Any]:
    return list(demo.places[code].run("evidence", "list")["evidence"])


def ask_how_it_stands(demo: Preservation) -> list[str]:
    """One command asks, one tells; nothing moves."""
    root = demo.seen["assistance"]
    demo.places["XC"].run("request", "status", root)
    until(lambda: _events(demo, "XD", root), lambda seen: "status-asked" in seen, "XD was not asked")
    demo.places["XD"].run("request", "status", root)
    events = until(lambda: _events(demo, "XC", root), lambda seen: "status-told" in seen, "XC was not told")
    return [", ".join(events)]


def close(demo: Preservation) -> list[str]:
    """Whoever asked closes; what was preserved for it is closed with it."""
    demo.places["XC"].run("request", "close", demo.seen["assistance"])
    lines = []
    for name in ("preservation", "assistance"):
        root = demo.seen[name]
        shown = [_awaited(demo, code, root, "closed") for code in demo.states]
        ours, theirs = (_agreed(each) for each in shown)
        if ours != theirs:
            raise StepFailed(f"the two sides differ: {ours} {theirs}")
        lines.append(f"{name}: {shown[0]['state']} since {shown[0]['since']}, on both sides")
    return lines


def _ask(demo: Preservation, form: str, *, after: str = "") -> str:
    """XC sends a request; its root, once XD has it."""
    fields = _filled(demo, form, after=after)
    (sent,) = demo.places["XC"].run(*_send(demo, form, fields, after=after))
    for code in ("XC", "XD"):
        until(lambda code=code: _listed(demo, code, sent["id"]), bool, f"{code} does not have the request")  # type: ignore[misc]
    return str(_listed(demo, "XC", sent["id"])[0]["root"])


def _send(demo: Preservation, form: str, fields: Path, *, after: str = "") -> tuple[str | Path, ...]:
    where = ("--after", after) if after else ("--to", "XD")
    return "request", "send", form, *where, "--exercise", "--urgency", "urgent", "--fields", fields


def _filled(demo: Preservation, form: str, *, after: str = "", without: str = "") -> Path:
    """The draft of a request, filled in as an officer would."""
    draft = demo.places["XC"].run("request", "draft", form, *(("--after", after) if after else ()))
    fields = {name: value for name, value in draft.items() if value not in ("", None)}
    fields |= {name: _as(value) for name, value in SAID.items() if name in draft and name not in fields | {without: 0}}
    fields |= {name: _as(SAID[name]) for name in fields if _empty(fields[name]) and name in SAID and name != without}
    fields.pop(without, None)
    file = demo.folder / f"{form}.json"
    file.write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    return file


def _as(value: Any) -> Any:
    """Running text with its language; codes, names of texts and flags as they are."""
    plain = isinstance(value, bool) or value in (TEXT, "courtesy", SAID["own_reference"])
    return value if plain else {"lang": "en", "text": value}


def _empty(value: Any) -> bool:
    return isinstance(value, dict) and value.get("text") == ""


def _listed(demo: Preservation, code: str, message: str) -> list[dict[str, Any]]:
    rows = demo.places[code].run("request", "list", "--all")
    return [row for row in rows if row["id"] == message]


def _shown(demo: Preservation, code: str, root: str) -> dict[str, Any]:
    return dict(demo.places[code].run("request", "show", root))


def _awaited(demo: Preservation, code: str, root: str, state: str) -> dict[str, Any]:
    """The request at one side, once it stands so."""
    failure = f"at {code} the request is not {state}"
    return until(lambda: _shown(demo, code, root), lambda seen: seen["state"] == state, failure)


def _clock(demo: Preservation, code: str, root: str, name: str) -> dict[str, Any]:
    return next(each for each in _shown(demo, code, root)["clocks"] if each["clock"] == name)


def _kept(demo: Preservation, code: str, root: str) -> dict[str, Any]:
    return _clock(demo, code, root, "preservation")


def _events(demo: Preservation, code: str, root: str) -> list[str]:
    return [step["event"] for step in _shown(demo, code, root)["steps"]]


def _agreed(shown: dict[str, Any]) -> dict[str, Any]:
    """What both sides have to have alike."""
    clocks = [{name: each[name] for name in ("clock", "state", "due", "held")} for each in shown["clocks"]
              if not each["at_home"]]  # fmt: skip
    return {"state": shown["state"], "since": shown["since"], "clocks": clocks, "steps": shown["steps"]}
