"""What can a program ask its node for, in one call each?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from liaison.client import shapes
from liaison.client.asking import Asker
from liaison.client.conduct import ConductReader
from liaison.client.help import HelpReader
from liaison.client.instruments import InstrumentReader
from liaison.client.measured import MeasuredReader
from liaison.client.register import RegisterReader

BULK = 10_000
WAIT = 25
DATA = b"data: "


class Client:
    """A node's API with one token."""

    def __init__(self, url: str, token: str) -> None:
        self._node = Asker(url.rstrip("/"), token)
        self.register = RegisterReader(self._node)
        self.instruments = InstrumentReader(self._node)
        self.conduct = ConductReader(self._node)
        self.help = HelpReader(self._node)
        self.measured = MeasuredReader(self._node)

    def token(self) -> shapes.Token:
        """The token in hand: for which desk it is, what it may do now, and until when."""
        return self._node.read("/token", shapes.Token)

    def problem_type(self, code: str) -> shapes.ProblemType:
        """What the code of a problem means and what to do about it."""
        return self._node.read(f"/problems/{quote(code)}", shapes.ProblemType)

    def look_up(self, value: str, *, kind: str = "technical") -> shapes.LookUp:
        """Who answers for an address, prefix, AS number, domain or URL."""
        return self._node.read("/lookup", shapes.LookUp, {"value": value, "kind": kind})

    def look_up_many(self, values: Iterable[str], *, kind: str = "technical") -> Iterator[shapes.LookUp]:
        """The same for any number of values, in their order; asked for in pieces of 10,000."""
        left = list(values)
        while left:
            piece, left = left[:BULK], left[BULK:]
            yield from self._node.write("/lookup", {"values": piece, "kind": kind}, shapes.LookUpList).answers

    def cases(self, **wanted: str) -> Iterator[shapes.Case]:
        """The cases of the desk, the last opened first; `state="open"`, `urgency="emergency"` and so on."""
        for page in self._node.pages("/cases", shapes.Cases, wanted):
            yield from page.cases

    def case(self, case: str) -> shapes.WholeCase:
        """One case with its thread in order, and what is known to be missing."""
        return self._node.read(f"/cases/{quote(case)}", shapes.WholeCase)

    def messages(self, *, direction: str = "in", owed: bool = False) -> Iterator[shapes.Message]:
        """What came in or went out, the newest first; `owed` leaves what nobody has acknowledged."""
        query = {"direction": direction, "owed": str(owed).lower()}
        for page in self._node.pages("/messages", shapes.Messages, query):
            yield from page.messages

    def message(self, message: str) -> shapes.WholeMessage:
        """One message with what it says."""
        return self._node.read(f"/messages/{quote(message)}", shapes.WholeMessage)

    def receipts(self, message: str) -> list[shapes.Receipt]:
        """The signed receipts: those that came for what was sent, or that this node gave for what came in."""
        return self._node.read(f"/messages/{quote(message)}/receipts", shapes.Receipts).receipts

    def check(self, *, to: Sequence[str], form: str, fields: Mapping[str, Any], **how: object) -> shapes.Checked:
        """Everything that sending checks, without sending: form, label, recipients, keys, clearance."""
        return self._node.write("/checks", {"to": list(to), "form": form, "fields": fields, **how}, shapes.Checked)

    def send(self, *, to: Sequence[str], form: str, fields: Mapping[str, Any], key: str, **how: object) -> shapes.Gone:
        """Begin a case; `key` is the same when the same message is sent again, as the number of a ticket is."""
        given = {"to": list(to), "form": form, "fields": fields, **how}
        return self._node.write("/messages", given, shapes.Gone, key=key)

    def reply(
        self, message: str, *, fields: Mapping[str, Any], key: str, form: str = "reply", **how: object
    ) -> shapes.Gone:
        """Answer a message in its case."""
        given = {"form": form, "fields": fields, **how}
        return self._node.write(f"/messages/{quote(message)}/replies", given, shapes.Gone, key=key)

    def acknowledge(self, message: str) -> bool:
        """Say that a person has seen a message: only when one has. Whether the other side is told by this."""
        return self._node.write(f"/messages/{quote(message)}/acknowledge", {}, shapes.Acknowledged).fresh

    def upload(self, name: str, data: bytes, *, media_type: str = "application/octet-stream") -> str:
        """Seal a file at the node; the name by which a message takes it in `attachments`."""
        path = f"/attachments?{urlencode({'name': name})}"
        return self._node.post(path, data, shapes.Uploaded, {"Content-Type": media_type}).upload

    def download(self, message: str, position: int) -> bytes:
        """One file of a message."""
        return self._node.ask("GET", f"/messages/{quote(message)}/attachments/{position}")

    def fetch(self, message: str) -> int:
        """Have the files of a received message that are not here yet fetched from their sender; how many."""
        return self._node.write(f"/messages/{quote(message)}/fetch", {}, shapes.Wanted).fetching

    def transcript(self, case: str) -> bytes:
        """The case as one file that anybody verifies offline."""
        return self._node.ask("GET", f"/cases/{quote(case)}/transcript")

    def events(self, after: int = 0, *, wait: int = 0) -> shapes.Events:
        """The events behind a number; with `wait`, up to so many seconds (25 at most) until there is one."""
        return self._node.read("/events", shapes.Events, {"after": after, "wait": wait})

    def follow(self, after: int) -> Iterator[shapes.Event]:
        """Events behind a number, for ever; keep the number of the last one that was dealt with."""
        while True:
            found = self.events(after, wait=WAIT)
            yield from found.events
            after = found.next

    def stream(self, after: int | None = None, *, seconds: int = 50) -> Iterator[shapes.Event]:
        """The same as server-sent events, for some seconds; without a number, what happens from now on.

        An event counts once the empty line behind it came: what a cut line left of one is passed over, and comes
        whole to whoever asks again behind the last number.
        """
        last = {} if after is None else {"Last-Event-ID": str(after)}
        data = b""
        for line in self._node.lines("/events/stream", {"seconds": seconds}, last):
            if line.startswith(DATA):
                data = line.removeprefix(DATA)
            elif not line and data:
                yield self._node.value(data, shapes.Event)
                data = b""
