"""Does every answer, at every audience, reach whom it is for and nobody else, by every way that leads out of a node?

One report of XC has an answer for each audience (`walked`). Whatever a way gives to a reader is searched for all marks:
here reads, door, files, API and commands, in `tests/web/test_conduct_audiences.py` every page. A read that is new in
`reads/conduct/reports.py` must find its place in `READS`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import pytest

from liaison.conduct.proof import encode_parts
from liaison.conduct.reports import PARTICIPANTS, PUBLIC, named
from liaison.errors import LiaisonError
from liaison.keys.public import Purpose
from liaison.messages.forms.checking import Norm
from liaison.messages.parties import DeskRef
from liaison.node import homes
from liaison.node.config import Config
from liaison.node.keyring import signer
from liaison.node.log import batches
from liaison.node.log.static import export_file
from liaison.node.peering import PeerAddress, PeerRequest
from liaison.node.reads.conduct import reports as reads
from liaison.node.reads.conduct.latest import latest_said
from liaison.node.reads.conduct.reports import Viewer
from liaison.officers.permissions import MAY, Role
from liaison.officers.tokens import NEEDS, Scope
from liaison.register.vocabulary import REGISTER
from tests.api.calling import call_desk
from tests.node.conduct.walked import ALL_BUT_OWN, CLAUSES, MARKS, NAMED, PLACE, SEES, TEXT, Walk, marks_in, tell
from tests.node.stories import Resident, Story


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    story = Story(tmp_path_factory.mktemp("walk"))
    try:
        yield tell(story)
    finally:
        story.close()


Read = Callable[[Walk, Resident, Viewer], object]


def _remembered(walk: Walk, at: Resident, viewer: Viewer) -> object:
    found = latest_said(at.node, walk.register, viewer=viewer)
    told = [found.answers_on(Norm(TEXT.id, clause)) for clause in CLAUSES.values()]
    marks = marks_in(told)
    assert marks == marks_in(found.wishes) == marks_in(found.reports)
    assert marks_in(found.practices) == marks - {"named"}, "what was told to a few is in no catalogue"
    return told


READS: Mapping[str, Read] = {
    "latest_said": _remembered,
    "latest_reports": lambda walk, at, viewer: reads.latest_reports(at.node, walk.register, viewer=viewer),
    "report_of": lambda walk, at, viewer: reads.report_of(at.node, walk.register, walk.owner, *PLACE, viewer=viewer),
    "report_records": lambda walk, at, viewer: encode_parts(
        walk.register, reads.report_records(at.node, walk.register, walk.owner, *PLACE, viewer=viewer)
    ),
    "reports_of": lambda walk, at, viewer: reads.reports_of(at.node, walk.register, walk.owner, viewer=viewer),
}
FOR_THE_OWNER = {"own_report", "own_latest"}
WITHOUT_ANSWERS = {"report_heads"}


def test_every_read_of_reports_is_walked() -> None:
    found = {
        name
        for name, function in vars(reads).items()
        if inspect.isfunction(function) and function.__module__ == reads.__name__ and not name.startswith("_")
    }
    assert found | {"latest_said"} == READS.keys() | FOR_THE_OWNER | WITHOUT_ANSWERS


def test_each_reader_sees_at_each_node_what_is_for_it(walk: Walk) -> None:
    # The second time what is remembered is walked, after everybody on the node has looked.
    for at in (*walk.residents.values(), *walk.residents.values()):
        for who, sees in SEES.items():
            # Only the owner and those who are named have named parts at all.
            here = sees if at.name != "xe" else sees - {"named"}
            for name, read in READS.items():
                assert marks_in(read(walk, at, walk.viewer(who))) == here, (at.name, who, name)


def test_the_list_of_reports_says_of_each_reader_what_it_has_and_nothing_more(walk: Walk) -> None:
    for at in walk.residents.values():
        for who, sees in SEES.items():
            (head,) = reads.report_heads(at.node, walk.register, viewer=walk.viewer(who))
            here = sees if at.name != "xe" else sees - {"named"}
            assert (head.shown, head.more) == (bool(here), here != ALL_BUT_OWN), (at.name, who)
            assert marks_in(head) == set()


def test_the_whole_report_is_at_its_participant_alone(walk: Walk) -> None:
    for at in walk.residents.values():
        for each in walk.residents.values():
            # Whoever asks there acts for the participant; XG is a guest on the same node.
            marks = set(MARKS) if at.name in ("xc", "xg") and each.name == "xc" else set()
            found = reads.own_report(at.node, walk.register, each.participant, *PLACE)
            latest = reads.own_latest(at.node, walk.register, each.participant)
            assert (marks_in(found), marks_in(latest)) == (marks, marks), (at.name, each.name)


def test_the_peer_door_gives_each_caller_what_is_for_it(walk: Walk) -> None:
    shown = reads.report_records(walk.residents["xc"].node, walk.register, walk.owner, *PLACE, viewer=walk.viewer("xc"))
    door = PeerAddress("https://xc.example", "")
    asked = PeerRequest(
        "POST", f"/registers/{walk.register}/records", batches.format_request([each.digest for each in shown]),
        content_type="text/plain", limit=batches.ANSWER_LIMIT,
    )  # fmt: skip
    secretariat = Resident("reg", walk.story.reg, walk.register, REGISTER, [])
    callers = {**walk.residents, "secretariat": secretariat}
    for who, at in callers.items():
        key = signer(at.node, purpose=Purpose.HTTP, register=walk.register, participant=at.participant, node_id="main")
        told = at.node.link.call(door, replace(asked, signer=key))
        # The secretariat's node serves what all participants may see, so it is given that.
        sees = {"participants", "public"} if who == "secretariat" else SEES[who]
        assert marks_in(told.body) == sees, who
    assert marks_in(walk.residents["xe"].node.link.call(door, asked).body) == {"public"}


def test_no_other_node_stores_what_is_not_for_one_of_its_participants(walk: Walk) -> None:
    audiences = (PUBLIC, PARTICIPANTS, named([walk.residents["xd"].participant]))
    stored = {"reg": {"participants", "public"}, "xc": NAMED, "xd": NAMED, "xe": {"participants", "public"}}
    for name, marks in stored.items():
        node = walk.story.nodes[name]
        assert marks_in(export_file(node, register=walk.register, audiences=audiences)) == marks, name
        assert marks_in(export_file(node, register=walk.register)) == {"public"}, name


@pytest.mark.parametrize("role", Role)
def test_a_program_sees_what_its_participant_may_and_the_whole_own_report_only_where_it_reads_contents(
    walk: Walk, role: Role
) -> None:
    paths = (f"/conduct/reports/{walk.owner}/{TEXT.id}/2026", f"/conduct/reports/{walk.owner}/{TEXT.id}/2026/parts")
    scopes = tuple(each for each in (Scope.READ_REGISTER, Scope.READ_CASES) if NEEDS[each] in MAY[role])
    for who in walk.residents:
        at = walk.residents[who]
        program = call_desk(at.node, walk.register, DeskRef(at.participant, "main", "duty"), *scopes, roles=(role,))
        for path in paths:
            assert marks_in(program.ask("GET", path).content) == SEES[who], (who, path)
        assert marks_in(program.ask("GET", "/conduct/reports").content) == set()
        whole = program.ask("GET", f"/conduct/own/{TEXT.id}/2026")
        reads_contents = Scope.READ_CASES in scopes
        assert marks_in(whole.content) == (set(MARKS) if who == "xc" and reads_contents else set()), (who, role)
        assert whole.status_code == (403 if not reads_contents else 200 if who == "xc" else 404)


COMMANDS: Mapping[str, tuple[str, ...]] = {
    "show": ("show", *map(str, PLACE)),
    "diff": ("diff", *map(str, PLACE), "2026"),
    "export": ("export", *map(str, PLACE), "--out", "-"),
    "export public": ("export", *map(str, PLACE), "--public", "--out", "-"),
    "parts": ("export", *map(str, PLACE), "--parts", "--out", "-"),
    "public parts": ("export", *map(str, PLACE), "--parts", "--public", "--out", "-"),
    "list": ("list",),
}


@pytest.mark.sqlite
def test_a_command_shows_what_the_participant_it_is_run_for_may_see(
    walk: Walk, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    from liaison.cli.main import main

    for at in walk.residents.values():
        home = at.node.home
        if not (home / "credential").exists():
            homes.create_folders(home)
            homes.write_config(home, Config())
            homes.write_credential(home / "credential", b"0" * 32)
        for name, words in COMMANDS.items():
            where = ("--of", walk.owner[:16], "--participant", at.participant)
            main.run_command(["--home", str(home), "conduct", "report", *words, *where])  # type: ignore[attr-defined]
            out, err = capsysbinary.readouterr()
            own = {"show", "export"} if at.name == "xc" else set()
            sees = set(MARKS) if name in own else {"public"} if "public" in name else SEES[at.name]
            assert marks_in(out) == (set() if name in ("list", "diff") else sees), (at.name, name, err)
            assert marks_in(err) == set()


def test_an_error_names_nothing_that_an_answer_says(walk: Walk) -> None:
    xe = walk.residents["xe"]
    for clause in CLAUSES.values():
        with pytest.raises(LiaisonError) as error:
            reads.report_of(xe.node, walk.register, walk.owner, clause, 2026, viewer=walk.viewer("xe"))
        assert marks_in(str(error.value)) == set()
