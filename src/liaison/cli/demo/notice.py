"""Is a notice heard, although one node is dead when it is sent? One case of three desks, from notice to transcript."""

from __future__ import annotations

from typing import Any

from liaison.cli.demo.places import StepFailed, run_liaison, until
from liaison.cli.demo.rehearsal import Rehearsal, data_file

FIELDS = (
    "title=Scanning of port 22 from the documentation prefixes",
    "incident_type=information-gathering:scanner",
    "expectation=for-information",
)


def send_notice(demo: Rehearsal) -> list[str]:
    """XE's node is killed; XC sends one notice with a file to XD and XE together, and XD has it at once."""
    demo.places["XE"].kill()
    to = [part for code in ("XD", "XE") for part in ("--to", code)]
    fields = [part for field in FIELDS for part in ("--field", field)]
    what = ("--together", "--stage", "notification", "--urgency", "urgent", "--attach", data_file("observed.csv"))
    sent = demo.places["XC"].run("message", "send", "--exercise", *to, *fields, *what)
    demo.seen["notice"], demo.seen["case"] = _first(sent)["id"], _first(sent)["case"]
    states = _states(demo)
    if states["XD/duty"] != "received":
        raise StepFailed(f"XD should have the notice: {states}")
    if states["XE/duty"] == "received":
        raise StepFailed(f"XE is dead and cannot have the notice: {states}")
    return [f"{desk}: {state}" for desk, state in sorted(states.items())]


def acknowledge(demo: Rehearsal) -> list[str]:
    """XE's node starts again and gets the notice by itself; a person at each desk acknowledges, XD answers."""
    demo.places["XE"].serve()
    until(lambda: _states(demo), lambda seen: seen["XE/duty"] == "received", "XE did not get the notice")
    for code in ("XD", "XE"):
        demo.places[code].run("message", "ack", demo.seen["notice"])
    demo.places["XD"].run("message", "reply", demo.seen["notice"], "--field", "answer=accepted")
    heard = until(lambda: _heard(demo), _complete, "XC did not hear both acknowledgements and the answer")
    return [f"{row['at']}  {row['with']}: {row['form']}" for row in heard]


def verify_transcript(demo: Rehearsal) -> list[str]:
    """XD hands the case on as one file; it is verified with nothing but the anchor, and a changed file is refused."""
    file = demo.folder / "case.transcript"
    demo.places["XD"].run("message", "export", demo.seen["case"], "--out", file)
    report = run_liaison(("verify", "transcript", file, "--anchor", demo.anchor, "--json"))
    if not report["proven"]:
        raise StepFailed(f"the transcript was not proven: {report['findings']}")
    changed = demo.folder / "changed.transcript"
    changed.write_bytes(_with_another_word(file.read_bytes()))
    refused = run_liaison(("verify", "transcript", changed, "--anchor", demo.anchor, "--json"), expect=(1,))
    told = [_told(each) for each in report["statements"]]
    return [*told, f"one word changed: refused ({_why(refused)})"]


def _told(statement: Any) -> str:
    to = ", ".join(statement["to"])
    return f"{statement['composed']}  {statement['from']} → {to}: {statement['form']} ({statement['standing']})"


def _first(sent: Any) -> dict[str, Any]:
    return dict(sent[0] if isinstance(sent, list) else sent)


def _states(demo: Rehearsal) -> dict[str, str]:
    """How far each copy of the notice is, by desk."""
    rows = demo.places["XC"].run("message", "list")
    copies = next(row["copies"] for row in rows if row["id"] == demo.seen["notice"])
    return {copy["desk"]: copy["state"] for copy in copies}


def _heard(demo: Rehearsal) -> list[dict[str, Any]]:
    """What XC heard in the case of the notice."""
    rows = demo.places["XC"].run("message", "list")
    return [row for row in rows if row["case"] == demo.seen["case"] and row["direction"] == "in"]


def _complete(heard: list[dict[str, Any]]) -> bool:
    return sorted(row["form"] for row in heard) == ["acknowledgement", "acknowledgement", "reply"]


def _with_another_word(data: bytes) -> bytes:
    changed = data.replace(b"Scanning of port 22", b"Scanning of port 23")
    if changed == data:
        raise StepFailed("the transcript does not show the notice's title")
    return changed


def _why(refused: Any) -> str:
    if isinstance(refused, dict) and refused.get("error"):
        return str(refused["error"])
    return ", ".join(sorted({each["code"] for each in refused["findings"] if each["fatal"]}))
