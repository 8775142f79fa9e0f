"""How does a register come to be? The secretariat opens it, three fictional States are admitted and publish desks.

Every signature by a root comes from a key file, two of three roots a participant, as in a ceremony.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import msgspec

from liaison.cli.demo.mail_server import PostOffice
from liaison.cli.demo.places import HOST, Place, StepFailed, free_ports

SECRETARIAT = "secretariat"
STATES = ("XC", "XD", "XE")
ORIGIN = "rehearsal.register.example"
ROOTS, THRESHOLD = 3, 2
PREFIXES = {"XC": "192.0.2.0/24", "XD": "198.51.100.0/24", "XE": "203.0.113.0/24"}
ROLES = ("officer", "approver", "directory-manager", "administrator")
LANGUAGES = {"XC": ("en", "fr"), "XD": ("ar", "en"), "XE": ("es", "ru")}


@dataclass
class Rehearsal:
    """The demonstration as it stands: its folder, its places, and what is known of them."""

    folder: Path
    states: tuple[str, ...] = STATES
    origin: str = ORIGIN
    title: str = "Rehearsal register of fictional States"
    places: dict[str, Place] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    register: str = ""
    links: dict[str, str] = field(default_factory=dict)
    """The invitations to the pages, by State."""
    post: PostOffice | None = None
    """The demonstration's own mail server, once it is there."""
    seen: dict[str, str] = field(default_factory=dict)
    """What later steps need from earlier ones, such as the case of the notice."""

    @property
    def office(self) -> Place:
        """The secretariat's node."""
        return self.places[SECRETARIAT]

    @property
    def anchor(self) -> Path:
        """The anchor file every State was given."""
        return self.folder / "anchor"

    def desk(self, code: str) -> str:
        """A desk as commands name it."""
        return f"{self.ids[code]}/main/duty"

    def roots(self, who: str) -> list[Path]:
        """The root key files of a participant, as they would lie in three safes."""
        return [self.folder / "safes" / f"{who.lower()}-root{number}" for number in range(1, ROOTS + 1)]

    def letters(self, mailbox: str) -> list[bytes]:
        """What lies in a mailbox of the demonstration's own mail server."""
        return self.post.letters(mailbox) if self.post is not None else []

    def stop(self) -> None:
        """Stop every node, and the mail server if there is one."""
        for place in self.places.values():
            place.stop()
        if self.post is not None:
            self.post.close()


def data_file(name: str) -> Path:
    """A file that is shipped for the demonstration."""
    return Path(str(resources.files("liaison.cli.demo") / "data" / name))


def together(action: object, names: tuple[str, ...]) -> list[object]:
    """Call `action` for each name side by side; the first failure is raised."""
    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(action, names))  # type: ignore[arg-type]


def make_places(demo: Rehearsal) -> list[str]:
    """A home each, with its own credential, TLS key and database."""
    names = (SECRETARIAT, *demo.states)
    ports = free_ports(2 * len(names))
    doors, pages = ports[: len(names)], ports[len(names) :]
    for name, port, page in zip(names, doors, pages, strict=True):
        demo.places[name] = Place(name, demo.folder / name.lower(), port, page if name in demo.states else 0)

    together(lambda name: init_door(demo.places[name]), names)
    return [f"{place.name:12} {place.url}  {place.home}" for place in demo.places.values()]


def init_door(place: Place) -> None:
    """`liaison node init` for a node that others can call."""
    door = ("--host", HOST, "--port", str(place.port), "--url", place.url, "--allow-private", HOST)
    place.run("node", "init", *door, *(("--pages", place.pages) if place.pages else ()))
    if place.pages:
        permit_passwords(place)


def permit_passwords(place: Place) -> None:
    """What the operator writes where some browsers make no passkey, as on a shared computer without a security key."""
    from liaison.node.config import read_config
    from liaison.node.homes import replace_config

    config = read_config(place.home)
    pages = msgspec.structs.replace(config.pages, sign_in=("passkey", "password"))
    replace_config(place.home, msgspec.structs.replace(config, pages=pages))


def open_register(demo: Rehearsal) -> list[str]:
    """A root ceremony, leaf 0, the secretariat's own keys and its node on the air."""
    office = demo.office
    make_roots(demo, SECRETARIAT)
    opening = demo.folder / "opening.draft"
    named = ("--origin", demo.origin, "--title", demo.title, "--rehearsal")
    office.run("register", "draft", "opening", *named, *_root_options(demo, SECRETARIAT), "--out", opening)
    sign(demo, opening, SECRETARIAT, all_roots=True)
    demo.register = office.run("register", "submit", opening)["register"]
    introduce_keys(demo, SECRETARIAT, "register", ())
    office.serve()
    office.run("register", "publish", "--participant", "register")
    anchored = office.run("register", "anchor", "--out", demo.anchor)
    return [f"register {demo.register}", f"words    {anchored['words']}"]


def admit_states(demo: Rehearsal) -> list[str]:
    """The States follow the anchor; their letters are entered, their roots and the secretariat's sign."""
    together(lambda code: demo.places[code].run("register", "follow", demo.anchor), demo.states)
    together(lambda code: make_roots(demo, code), demo.states)
    for code in demo.states:
        admit(demo, code)
    return [f"{code}  {demo.ids[code]}" for code in demo.states]


def admit(demo: Rehearsal, code: str, *, type_: str = "state") -> None:
    """The letter of one participant is entered; its roots and the secretariat's sign."""
    letter = demo.folder / "letter.txt"
    letter.write_text("A letter of the demonstration.\n", encoding="utf-8")
    draft = demo.folder / f"admission-{code}.draft"
    labels = ("--type", type_, "--name", f"{type_.title()} {code} (fictional)", "--code", code, "--letter", letter)
    demo.office.run("register", "draft", "admission", *labels, *_root_options(demo, code), "--out", draft)
    sign(demo, draft, code, all_roots=True)
    sign(demo, draft, SECRETARIAT)
    demo.ids[code] = demo.office.run("register", "submit", draft)["payload"]


def publish_desks(demo: Rehearsal) -> list[str]:
    """Each State gives its node keys, starts it, and publishes a desk and what it answers for."""

    def publish(code: str) -> None:
        demo.places[code].run("register", "sync")
        publish_desk(demo, code)
        demo.places[code].serve()

    together(publish, STATES)
    return [f"{code}  desk duty, {', '.join(LANGUAGES[code])}, answers for {PREFIXES[code]}" for code in STATES]


def publish_desk(demo: Rehearsal, code: str, *, kind: str = "technical") -> None:
    """One State gives its node keys, and publishes a desk and what it answers for."""
    place = demo.places[code]
    introduce_keys(demo, code, demo.ids[code], ("--kind", kind, "--kind", "diplomatic", "--cosigns"))
    contact = demo.folder / f"contact-{code}.json"
    contact.write_text(json.dumps(_contact(code)), encoding="utf-8")
    spoken = [part for language in LANGUAGES[code] for part in ("--language", language)]
    promise = ("--routine", "1440", "--urgent", "60", "--emergency", "15")
    place.run("register", "desk", "--kind", kind, *spoken, *promise, "--contact", "participants", contact)
    place.run("register", "resources", "--code", code, "--prefix", f"{PREFIXES[code]}=duty=allocation")


def appoint_witnesses(demo: Rehearsal) -> list[str]:
    """Two of three States must have cosigned before anything counts; then log time begins."""
    draft = demo.folder / "policy.draft"
    witnesses = [part for code in STATES for part in ("--witness", f"{demo.ids[code]}/main")]
    demo.office.run("register", "draft", "policy", "--k", "2", *witnesses, "--out", draft)
    sign(demo, draft, SECRETARIAT)
    demo.office.run("register", "submit", draft)
    cosigned = demo.office.run("register", "cosign")
    if len(cosigned["cosigned"]) < THRESHOLD:
        raise StepFailed(f"too few witnesses cosigned: {cosigned}")
    demo.office.run("register", "note")
    demo.office.run("register", "cosign")
    together(lambda code: demo.places[code].run("register", "sync"), STATES)
    return [f"checkpoint of {cosigned['size']} entries cosigned by {len(cosigned['cosigned'])} of 3 witnesses"]


def nominate_desks(demo: Rehearsal) -> list[str]:
    """A directory as letters ask for it: one desk a country code, marked as not confirmed by its owner."""
    done = demo.office.run("register", "nominate", data_file("nominations.csv"))
    demo.office.run("register", "cosign")
    demo.places["XC"].run("register", "sync")
    found = demo.places["XC"].run("register", "search", "FR")
    if not any(desk["status"] == "nominated" for desk in found):
        raise StepFailed(f"no nominated desk for FR: {found}")
    code = found[0]["codes"][0]
    return [f"{done['written']} desks, e.g. for {code}: nominated by letter, not confirmed by its owner"]


def invite_officers(demo: Rehearsal) -> list[str]:
    """Each State lets one person in to its desk; the link works once."""
    together(lambda code: invite_officer(demo, code), STATES)
    return [f"{code}  {demo.places[code].pages}" for code in STATES]


def invite_officer(demo: Rehearsal, code: str) -> None:
    """One person may sign in to the desk of one State, by a link that works once."""
    roles = [part for role in ROLES for part in ("--role", role)]
    person = ("--name", f"Duty officer of {code} (fictional)")
    demo.links[code] = demo.places[code].run("officer", "add", "duty", *person, *roles)["link"]


def make_roots(demo: Rehearsal, who: str) -> None:
    """Three root keys, as they would lie in three safes."""
    for path in demo.roots(who):
        path.parent.mkdir(exist_ok=True)
        demo.office.run("key", "root", "--out", path)


def _root_options(demo: Rehearsal, who: str) -> list[str | Path]:
    options: list[str | Path] = ["--threshold", str(THRESHOLD)]
    for path in demo.roots(who):
        options += ["--root", path.with_suffix(".pub")]
    return options


def sign(demo: Rehearsal, draft: Path, who: str, *, all_roots: bool = False) -> None:
    """Sign a draft with two roots of `who`, or with all three."""
    keys = demo.roots(who)[: None if all_roots else THRESHOLD]
    demo.office.run("key", "sign", draft, *[part for path in keys for part in ("--key", path.with_suffix(".key"))])


def introduce_keys(demo: Rehearsal, who: str, participant: str, kinds: tuple[str, ...]) -> None:
    """The keys of a node are drawn, and two roots of its participant sign them."""
    draft = demo.folder / f"keys-{who}.draft"
    demo.places[who].run("register", "draft", "keys", "--participant", participant, *kinds, "--out", draft)
    sign(demo, draft, who)
    demo.places[who].run("register", "submit", draft)


def _contact(code: str) -> dict[str, object]:
    return {
        "institution": f"National CSIRT of {code} (fictional)",
        "unit": "Duty desk",
        "mailbox": f"duty@csirt.{code.lower()}.example",
        "telephone": "+999 555 0100",
        "time_zone": "UTC",
        "hours": "24/7",
    }
