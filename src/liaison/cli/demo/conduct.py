"""How does the code of conduct go: a State reports, help is found, a provider disputes a measurement and decides?

XC and XD are States; XE's contact centre is that of the provider for whom the State XE vouches. No provider stands
beside States in a register (rule-18): it declares its stand in one that providers keep. The same commands as at any
terminal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from liaison.cli.demo import rehearsal
from liaison.cli.demo.places import Place, StepFailed, free_ports, run_liaison, until
from liaison.cli.demo.rehearsal import SECRETARIAT, Rehearsal, together

NORMS, NORM, YEAR = "un-norms-2015", "norm-j", "2026"
NETWORK, ACTIONS, ADOPTED_ON = 64496, "manrs-operators", "2026-11-01"
SEEN = """asn,prefix,seen_at,state
AS64496,203.0.113.0/24,2026-11-20T06:00:00Z,valid
AS64496,198.51.100.0/24,2026-11-20T07:00:00Z,invalid
AS64511,192.0.2.0/24,2026-11-20T06:00:00Z,valid
"""
RIGHT = ("valid=1", "invalid=0", "not_found=0")
KINDS = {"XC": "technical", "XD": "technical", "XE": "provider-security"}


@dataclass
class Conduct(Rehearsal):
    """Two States, a provider, and what they do about what was agreed."""


def publish_desks(demo: Conduct) -> list[str]:
    """Each gives its node keys, starts it and publishes its contact centre; XE names its network."""

    def publish(code: str) -> None:
        place = demo.places[code]
        place.run("register", "sync")
        rehearsal.publish_desk(demo, code, kind=KINDS[code])
        if code == "XE":
            named = ("--code", code, "--prefix", f"{rehearsal.PREFIXES[code]}=duty=allocation")
            place.run("register", "resources", *named, "--asn", f"{NETWORK}=duty")
        place.serve()

    together(publish, demo.states)
    together(lambda code: demo.places[code].run("register", "sync"), demo.states)
    together(lambda code: rehearsal.invite_officer(demo, code), demo.states)
    return [f"{code}  {KINDS[code]}, {demo.places[code].url}" for code in demo.states]


def measure(demo: Conduct) -> list[str]:
    """XC measures by a file of its collector; nobody is told, and what is nobody's is left out."""
    seen = demo.folder / "seen.csv"
    seen.write_text(SEEN, encoding="utf-8")
    taken = _at(demo, "XC", "measure", seen, "--source", "Collector of XC (fictional)", "--no-bogons")
    (found,) = _at(demo, "XC", "measured")
    demo.seen["measured"] = str(found["number"])
    return [
        f"AS{found['asn']}  {_counts(found)}; left out: {taken['left_out']}",
        f"at XC: {found['state']}; nobody was told",
    ]


def tell_provider(demo: Conduct) -> list[str]:
    """The provider is told privately, and nobody else."""
    _at(demo, "XC", "notify", demo.seen["measured"], "--days", "14")
    found = until(lambda: _at(demo, "XE", "measured", "--own"), bool, "XE was not told")[0]
    demo.seen["own"] = str(found["number"])
    if _at(demo, "XC", "shown", "--to", "participants"):
        raise StepFailed("something is shown before the provider answered")
    return [f"XE has it, with {found['rows']}, and may answer until {found['answer_until']}"]


def dispute(demo: Conduct) -> list[str]:
    """The provider says what is wrong; XC looks again and corrects."""
    said = ("--ground", "data-old", "--say", "We gave that prefix back in May.")
    _at(demo, "XE", "dispute", demo.seen["own"], *said)
    _awaited(demo, "XC", "disputed")
    counts = [part for each in RIGHT for part in ("--count", each)]
    told = ("--result", "corrected", "--say", "The collector replayed an old table.")
    _at(demo, "XC", "review", demo.seen["measured"], *told, *counts)
    found = _awaited(demo, "XE", "corrected")
    return [f"on both sides: {found['state']}, {_counts(found)}"]


def consent(demo: Conduct) -> list[str]:
    """The provider agrees; it is shown when its time to answer is over, and not before."""
    _at(demo, "XE", "consent", demo.seen["own"], "--to", "participants")
    found = _awaited(demo, "XC", "consented")
    if _at(demo, "XC", "shown", "--to", "participants"):
        raise StepFailed("it is shown before the time to answer is over")
    return [f"agreed; shown to participants from {found['answer_until']} on, unless XE takes it back"]


def _at(demo: Conduct, code: str, *words: str | Path) -> Any:
    return demo.places[code].run("conduct", *words)


def _awaited(demo: Conduct, code: str, state: str) -> dict[str, Any]:
    """The measurement at one side once it stands so."""

    def look() -> dict[str, Any]:
        (found,) = _at(demo, code, "measured", *(("--own",) if code == "XE" else ()))
        return dict(found)

    return until(look, lambda found: found["state"] == state, f"at {code} it should stand at {state}")


def _counts(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found["counts"].items())


def report(demo: Conduct) -> list[str]:
    """The register carries the norms; XC and XD tell what they did about one, for the participants."""
    from liaison.conduct.reports import encode_report, make_report

    demo.office.run("instrument", "publish", NORMS)
    together(lambda code: demo.places[code].run("register", "sync"), demo.states)
    sought = {"help_sought": [_help("Somebody to train those who report flaws.")]}
    practice = {"kind": "practice", "text": [_words("Every finder gets an answer in five days.")], "evidence": []}
    offered = {"help_offered": [_help("We train finders of flaws.")], "measures": [practice]}
    for code, lists in (("XC", sought), ("XD", offered)):
        path = demo.folder / f"report-{code}.json"
        answers = [{"audience": "participants", "clause": NORM} | lists]
        told = {"instrument": NORMS, "participant": demo.ids[code], "period": int(YEAR), "answers": answers}
        path.write_bytes(encode_report(make_report(told)))
        _at(demo, code, "report", "publish", path)
    return [f"{code}  reported on {NORMS} for {YEAR}" for code in ("XC", "XD")]


def find_help(demo: Conduct) -> list[str]:
    """What XC seeks meets what XD offers; an officer's word makes a case of it, and both see what came of it."""

    def look() -> Any:
        demo.places["XC"].run("register", "sync")
        return _at(demo, "XC", "help", "list")["matches"]

    (match,) = until(look, bool, "nothing meets what XC seeks")
    (sent,) = _at(demo, "XC", "help", "introduce", match["match"], "--to", "XD")
    until(lambda: _at(demo, "XD", "help", "introductions"), bool, "XD has no introduction")
    demo.places["XD"].run("message", "ack", sent["id"])
    (said,) = demo.places["XD"].run("message", "reply", sent["id"], "--field", "answer=accepted")
    until(lambda: _introduced(demo, "XC"), lambda found: found["answer"] == "accepted", "XC has no answer")
    demo.places["XC"].run("message", "reply", said["id"], "--form", "help-outcome", "--field", "outcome=given")
    told = [_told_of(demo, code) for code in ("XC", "XD")]
    if told[0]["case"] != told[1]["case"]:
        raise StepFailed(f"the two sides have two cases: {told}")
    return [
        f"{NORM}: XD offers it, in {', '.join(match['languages'])}",
        f"the case at both: {told[0]['case']}, answered “{told[0]['answer']}”, outcome “{told[0]['outcome']}”",
    ]


def _introduced(demo: Conduct, code: str) -> dict[str, Any]:
    (found,) = _at(demo, code, "help", "introductions")
    return dict(found)


def _told_of(demo: Conduct, code: str) -> dict[str, Any]:
    """The introduction at one side, once it has the answer and what came of it."""
    wanted, failure = ("accepted", "given"), f"{code} was not told what came of it"
    return until(lambda: _introduced(demo, code), lambda found: (found["answer"], found["outcome"]) == wanted, failure)


def stand_for_networks(demo: Conduct) -> list[str]:
    """A provider opens the providers' register, joins it, and adopts the operators' actions for its own network."""
    folder = demo.folder / "of-providers"
    folder.mkdir()
    (port,) = free_ports(1)
    place = demo.places["providers"] = Place("providers", folder / "home", port)
    rehearsal.init_door(place)
    places = {SECRETARIAT: place, "XP": place}
    theirs = Rehearsal(folder, ("XP",), "rehearsal.providers.example", "Rehearsal register of providers", places)
    rehearsal.open_register(theirs)
    rehearsal.make_roots(theirs, "XP")
    rehearsal.admit(theirs, "XP", type_="provider")
    own = theirs.ids["XP"]
    rehearsal.introduce_keys(theirs, "XP", own, ("--kind", "provider-security"))
    promise = ("--routine", "1440", "--urgent", "60", "--emergency", "15")
    place.run("register", "desk", "--kind", "provider-security", "--language", "en", *promise)
    place.run("register", "resources", "--asn", f"{NETWORK}=duty")
    place.run("instrument", "publish", ACTIONS)
    adopts = ("--act", "adoption", "--dated", ADOPTED_ON, "--network", str(NETWORK))
    place.run("instrument", "stand", ACTIONS, *adopts, "--participant", own)
    file = folder / "providers.register"
    place.run("register", "export", "--offline", file)
    (stand,) = run_liaison(("verify", "register", file, "--anchor", theirs.anchor, "--json"))["declared"]
    if (stand["state"], stand["networks"]) != ("stands", [{"asn": NETWORK, "claimed": True}]):
        raise StepFailed(f"the stand does not hold: {stand}")
    return [
        f"register {theirs.register}",
        f"by the log alone: {stand['name']}, {stand['act']} of {stand['instrument']} on {stand['on']} for AS{NETWORK}, "
        f"which it claims; {stand['state']}, entry {stand['index']}",
    ]


def verify(demo: Conduct) -> list[str]:
    """Register and report, as participants may read it, hold by the log alone; a changed report does not."""
    file, parts = demo.folder / "conduct.register", demo.folder / "report-XC.parts"
    demo.places["XD"].run("register", "sync")
    demo.places["XD"].run("register", "export", "--offline", file)
    _at(demo, "XC", "report", "export", NORMS, YEAR, "--parts", "--out", parts)
    forged = demo.folder / "report-forged.parts"
    forged.write_bytes(parts.read_bytes().replace(b"Somebody", b"A friend"))
    command = ("verify", "register", file, "--anchor", demo.anchor, "--json", "--report")
    found, refused = run_liaison((*command, parts)), run_liaison((*command, forged), expect=(1,))
    (judged,), (changed,) = found["judged"], refused["judged"]
    if (judged["standing"], changed["standing"], len(found["reports"])) != ("in-force", "forged", 2):
        raise StepFailed(f"the reports do not hold: {judged} {changed} {found['reports']}")
    return [
        f"{found['size']} entries, {len(found['reports'])} reports",
        f"{judged['instrument']} {judged['period']} of XC: {judged['standing']} in version {judged['version']}, "
        f"entry {judged['entry']}, answers {', '.join(judged['clauses'])}",
        f"the same with other words: {changed['standing']}",
    ]


def _words(text: str) -> dict[str, str]:
    return {"lang": "en", "text": text}


def _help(text: str) -> dict[str, Any]:
    return {"text": [_words(text)], "languages": ["en"], "areas": [], "zone": None}
