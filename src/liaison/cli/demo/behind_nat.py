"""How does a desk that nobody can call become a full member? The node that was alone keeps its letters.

XE's node listens nowhere, as on a laptop behind NAT. It joins by asking, and fetches what was left for it at XC's node.
"""

from __future__ import annotations

from typing import Any

from liaison.cli.demo import rehearsal
from liaison.cli.demo.alone import Alone
from liaison.cli.demo.notice import FIELDS
from liaison.cli.demo.places import HOST, Place, StepFailed, until

SEEN = "acknowledged"


def join_without_door(demo: Alone) -> list[str]:
    """XE's node is made, follows the register and is admitted; its address record says that it can be brought files."""
    place = demo.places["XE"] = Place("xe", demo.folder / "xe", port=0)
    place.run("node", "init", "--no-door", "--allow-private", HOST)
    place.run("register", "follow", demo.anchor)
    rehearsal.make_roots(demo, "XE")
    rehearsal.admit(demo, "XE")
    place.run("register", "sync")
    rehearsal.publish_desk(demo, "XE")
    return [f"XE  {demo.ids['XE']}", f"{place.home}: listens nowhere"]


def agree_on_letter_box(demo: Alone) -> list[str]:
    """XC agrees to keep XE's letters and starts again; XE names it in its address record."""
    terms = demo.here.run("node", "letter-box", "keep", demo.ids["XE"])
    demo.here.stop()
    demo.here.serve()
    demo.places["XE"].run("node", "letter-box", "use", demo.ids["XC"])
    demo.here.run("register", "sync")
    return [f"XC keeps at most {terms['letters']} letters for {terms['days']} days; it sees who and when, never what"]


def leave_notice(demo: Alone) -> list[str]:
    """XC's notice cannot be brought to XE: it lies in the letter box until XE asks."""
    fields = [part for field in FIELDS for part in ("--field", field)]
    what = ("--stage", "notification", "--urgency", "urgent")
    (sent,) = demo.here.run("message", "send", "--exercise", "--to", "XE", *what, *fields)
    demo.seen["notice"] = sent["id"]
    copy = until(lambda: _copy(demo), lambda seen: bool(seen["letter_box"]), "the notice was left nowhere")
    if (copy["state"], _kept(demo)) != ("queued", 1):
        raise StepFailed(f"the notice should lie in the letter box: {copy}")
    return [
        f"{copy['desk']}: {copy['state']}; left with {copy['letter_box']['by']} until {copy['letter_box']['until']}"
    ]


def fetch_and_acknowledge(demo: Alone) -> list[str]:
    """XE asks, has the notice, and a person acknowledges; receipt and acknowledgement go straight to XC's door."""
    laptop = demo.places["XE"]
    fetched = laptop.run("node", "letter-box", "fetch")
    if fetched != {"taken": 1, "left": 0}:
        raise StepFailed(f"XE should have fetched one letter: {fetched}")
    said = laptop.run("message", "show", demo.seen["notice"])
    laptop.run("message", "ack", demo.seen["notice"])
    copy = until(lambda: _copy(demo), lambda seen: seen["state"] == SEEN, "XC did not hear the acknowledgement")
    if _kept(demo):
        raise StepFailed("the letter box is not empty")
    return [f"XE reads: {said['fields']['title']['text']}", f"{copy['desk']}: {copy['state']}; the letter box is empty"]


def _copy(demo: Alone) -> dict[str, Any]:
    """How far the notice is, as XC sees it."""
    (copy,) = demo.here.run("message", "show", demo.seen["notice"])["copies"]
    return dict(copy)


def _kept(demo: Alone) -> int:
    """How many letters XC keeps for others."""
    return sum(each["letters"] for each in demo.here.run("node", "letter-box", "show")["kept"])
