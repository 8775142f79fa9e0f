"""What is one node worth while nobody else has one? An address book, a routed feed, mail to a desk that has only gpg.

The node opens a rehearsal register for itself and joins it as XC. XD has no node: a desk nominated by letter, with an
OpenPGP program and a mailbox. The mail server between them is the demonstration's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from liaison.cli.demo import rehearsal
from liaison.cli.demo.correspondent import Correspondent, find_correspondent
from liaison.cli.demo.feeds import ALLOCATION, totals
from liaison.cli.demo.mail_server import PostOffice, write_mail_section
from liaison.cli.demo.places import HOST, Place, StepFailed, free_ports
from liaison.cli.demo.rehearsal import SECRETARIAT, Rehearsal, data_file

US, THEM = "desk@csirt.xc.example", "duty@csirt.xd.example"
ANSWER = "We have told the customers; port 22 is closed for them."
LIST_OF_TEAMS = "List of teams of the demonstration"


@dataclass
class Alone(Rehearsal):
    """One node, its mail server, and the desk that has only a mailbox."""

    peer: Correspondent | None = None

    @property
    def here(self) -> Place:
        """The one node."""
        return self.places["XC"]

    @property
    def mailboxes(self) -> PostOffice:
        """The mail server, once it is there."""
        return _there(self.post)

    @property
    def correspondent(self) -> Correspondent:
        """The desk with a mailbox, once it has made its key."""
        return _there(self.peer)

    def stop(self) -> None:
        """Stop the nodes, the mail server and the correspondent's program."""
        super().stop()
        if self.peer is not None:
            self.peer.tool.close()


def make_node(demo: Alone) -> list[str]:
    """One home; the same node will sequence the register and run XC's desk. The operator names the mail server."""
    door, page, smtp, imap = free_ports(4)
    place = Place("xc", demo.folder / "xc", door, page)
    demo.places = {SECRETARIAT: place, "XC": place}
    rehearsal.init_door(place)
    passwords = {US: "the desk's password", THEM: "XD's password"}
    demo.post = PostOffice(passwords, smtp, imap)
    write_mail_section(place, US, smtp, imap, password=passwords[US])
    return [f"{place.url}  {place.home}", f"the demonstration's own mail server: {HOST}:{smtp} and {HOST}:{imap}"]


def join_own_register(demo: Alone) -> list[str]:
    """A rehearsal register of its own; XC is admitted and publishes its desk."""
    told = rehearsal.open_register(demo)
    rehearsal.make_roots(demo, "XC")
    rehearsal.admit(demo, "XC")
    rehearsal.publish_desk(demo, "XC")
    rehearsal.invite_officer(demo, "XC")
    return [*told, f"XC is the participant {demo.ids['XC']}"]


def import_address_book(demo: Alone) -> list[str]:
    """A list of teams from elsewhere; a desk of it is found again, with its source, as not in the register."""
    from liaison.node import wiring

    given = ("--source", LIST_OF_TEAMS, "--dated", f"{wiring.clock().now():%Y-%m-%d}")
    done = demo.here.run("book", "import", data_file("address-book.csv"), *given)
    found = demo.here.run("book", "list", "csirt", "xd")
    if [each["mailbox"] for each in found] != [THEM]:
        raise StepFailed(f"the address book does not know XD: {found}")
    return [f"{done['taken']} contacts", *(f"{each['name']} <{each['mailbox']}>, {each['telephone']}: "
            f"{each['standing']}; from “{each['sources'][0]['source']}”" for each in found)]  # fmt: skip


def nominate_desks(demo: Alone) -> list[str]:
    """Directories as letters ask for them: one desk a country code, and XD's mailbox."""
    counts = [demo.here.run("register", "nominate", data_file(name))["written"]
              for name in ("nominations.csv", "nomination-xd.csv")]  # fmt: skip
    (found,) = demo.here.run("register", "search", "XD")
    return [f"{sum(counts)} desks; XD: {found['status']} by letter, not confirmed by its owner"]


def exchange_keys(demo: Alone) -> list[str]:
    """Each desk makes a key; XD's fingerprint is read out over the telephone and typed in."""
    peer = demo.peer = find_correspondent(THEM)
    ours = demo.here.run("mail", "key")
    demo.here.run("register", "publish", "--participant", demo.ids["XC"])
    peer.tool.take(ours["certificate"].encode())
    theirs = demo.folder / "xd.asc"
    theirs.write_bytes(peer.tool.certificate())
    known = ("--name", "CSIRT of XD", "--source", LIST_OF_TEAMS, "--lang", "ar", "--lang", "en")
    heard = ("--certificate", theirs, "--fingerprint", peer.tool.fingerprint(), "--channel", "telephone")
    demo.here.run("mail", "keep", THEM, *known, *heard)
    tested = demo.here.run("mail", "test")
    return [f"XD's program: {peer.tool.name}", f"read out: {peer.tool.fingerprint()}", _in_words(tested)]


def mail_report(demo: Alone) -> list[str]:
    """Rows of XD's documentation prefix go to its mailbox, sealed; XD opens the mail and finds them."""
    demo.here.run("resources", "import", data_file(ALLOCATION))
    what = ("--rehearsal", "--send", "--out", demo.folder / "sent-reports")
    done = demo.here.run("route", data_file("documentation.csv"), *what)
    (sent,) = [each for each in done["sending"] if each["fate"] == "sent"]
    demo.seen |= {"report": sent["message"], "case": sent["case"]}
    (mail,) = [each for each in demo.mailboxes.letters(THEM) if b"multipart/encrypted" in each]
    rows = [part.get_content() for part in demo.correspondent.open(mail).walk() if part.get_filename() == sent["file"]]
    kept = (demo.folder / "sent-reports" / sent["file"]).read_bytes()
    if [_as_bytes(row) for row in rows] != [_numbered(kept)]:
        raise StepFailed(f"XD did not find {sent['file']} in the mail")
    return [totals(done), f"to {THEM}: {_state(demo)}, which is no receipt",
            f"XD opened the mail: {sent['file']}, {sent['rows']} rows, numbered and else byte for byte"]  # fmt: skip


def take_reply(demo: Alone) -> list[str]:
    """XD's reply is signed and encrypted; what came before it without a signature is not taken over."""
    (mail,) = [each for each in demo.mailboxes.letters(THEM) if b"multipart/encrypted" in each]
    answer = demo.correspondent.reply(mail, ANSWER, to=US, number=1)
    demo.mailboxes.deliver(US, _unsigned(answer))
    demo.mailboxes.deliver(US, answer)
    demo.here.run("mail", "fetch")
    (reply,) = _replies(demo)
    said = demo.here.run("message", "show", reply["id"])
    if ANSWER not in str(said["fields"]["text"]):
        raise StepFailed(f"the reply says something else: {said['fields']}")
    demo.seen["reply"] = reply["id"]
    return [f"in the case as {reply['form']}, signed by {said['fields']['signed_by']}",
            f"“{ANSWER}”", "what came before it from the same mailbox without a signature was not taken over",
            f"the report: {_state(demo)}"]  # fmt: skip


def close_case(demo: Alone) -> list[str]:
    """A person acknowledges; the desk closes the case, and XD reads both in its mailbox."""
    reply, before = demo.seen["reply"], len(demo.mailboxes.letters(THEM))
    demo.here.run("message", "ack", reply)
    closing = ("--field", "outcome=resolved", "--field", "summary=Customers told.")
    demo.here.run("message", "reply", reply, "--form", "close", *closing)
    mails = demo.mailboxes.letters(THEM)[before:]
    for mail in mails:
        demo.correspondent.open(mail)
    forms = [row["form"] for row in demo.here.run("message", "list") if row["case"] == demo.seen["case"]]
    if len(mails) != 2 or forms != ["resource-report", "mail-reply", "acknowledgement", "close"]:
        raise StepFailed(f"the case is {forms}, and XD got {len(mails)} mails")
    return [f"the case: {', '.join(forms)}", f"XD opened {len(mails)} more mails in the same thread"]


def _numbered(kept: bytes) -> bytes:
    """The kept report as it goes out: its rows numbered from 1 in a last column (docs/spec/reports.md)."""
    lines = kept.splitlines()
    notes = [line for line in lines if line.startswith(b"#")]
    head, *rows = lines[len(notes) :]
    numbered = [b"%b,%d" % (row, number) for number, row in enumerate(rows, start=1)]
    return b"".join(line + b"\n" for line in [*notes, head + b",liaison_row", *numbered])


def _replies(demo: Alone) -> list[dict[str, Any]]:
    rows = demo.here.run("message", "list")
    return [row for row in rows if row["case"] == demo.seen["case"] and row["form"] == "mail-reply"]


def _state(demo: Alone) -> str:
    return str(demo.here.run("message", "show", demo.seen["report"])["copies"][0]["state"])


def _unsigned(answer: bytes) -> bytes:
    """The same mail with its words in the clear, as anybody could write it."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    return head.replace(b"<1@", b"<2@") + b"\r\n\r\nIt is all solved, close the case.\r\n"


def _as_bytes(content: object) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def _in_words(tested: dict[str, str]) -> str:
    return ", ".join(f"{what}: {how}" for what, how in tested.items())


def _there(found: Any) -> Any:
    if found is None:
        raise StepFailed("an earlier step is missing")
    return found
