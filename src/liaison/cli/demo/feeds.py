"""Which desk answers for the addresses of a real feed, and how does a report reach it?"""

from __future__ import annotations

from typing import Any

from liaison.cli.demo.places import StepFailed, until
from liaison.cli.demo.rehearsal import STATES, Rehearsal, data_file

FEED = "ipsum-level3-2026-08-22.txt"
ALLOCATION = "delegated-demo-extended-20261122"


def route_real_feed(demo: Rehearsal) -> list[str]:
    """A published blocklist, by the allocation snapshot that ships with the program, to the nominated desks."""
    done = demo.places["XC"].run("route", data_file(FEED), "--rehearsal", "--out", demo.folder / "reports")
    return [totals(done), f"{len(done['desks'])} reports, one a desk, and the rejected rows in {done['out']}"]


def send_reports(demo: Rehearsal) -> list[str]:
    """Rows of the documentation prefixes, which a demonstration allocation file gives to XC, XD and XE."""
    sender, out = demo.places["XC"], demo.folder / "sent-reports"
    sender.run("resources", "import", data_file(ALLOCATION))
    done = sender.run("route", data_file("documentation.csv"), "--rehearsal", "--send", "--out", out)
    expected = {f"{code}/duty": "received" for code in STATES if code != "XC"}
    states = until(lambda: _states(demo), lambda seen: seen == expected, "the reports did not arrive")
    return [totals(done), *(f"sealed report to {desk}: {state}" for desk, state in sorted(states.items()))]


def _states(demo: Rehearsal) -> dict[str, str]:
    """How far each report is, by desk."""
    rows = [row for row in demo.places["XC"].run("message", "list") if row["form"] == "resource-report"]
    return {copy["desk"]: copy["state"] for row in rows for copy in row["copies"]}


def totals(done: dict[str, Any]) -> str:
    """The totals of a run in one line. Raises `StepFailed` where they do not add up."""
    if done["rows"] != done["routed"] + done["rejected"] + done["duplicate"]:
        raise StepFailed(f"the totals do not add up: {done}")
    return "{rows} rows = {routed} routed + {rejected} rejected + {duplicate} duplicate".format_map(done)
