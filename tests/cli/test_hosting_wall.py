"""Does what a command writes of one desk hold nothing of another, on a node that serves two participants?

Commands are the operator's, who keeps the machine; those that write what a desk may hand on are bound to that desk.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from liaison.cli.main import main
from liaison.node.models import Case
from tests.cli.homes import Terminal
from tests.node.walls.planted import Planted, Planting

# Of the commands that write or print what stands in tables of desks: which desk is it about?
OF_ONE_DESK = {
    "book export",
    "book import",
    "book list",
    "conduct help cases",
    "conduct help introduce",
    "conduct help introductions",
    "conduct help list",
    "conduct help note",
    "conduct help practices",
    "conduct draft answer",
    "conduct draft approve",
    "conduct draft begin",
    "conduct draft choose",
    "conduct draft export",
    "conduct draft import",
    "conduct draft list",
    "conduct draft propose",
    "conduct draft show",
    "conduct draft withdraw",
    "conduct consent",
    "conduct dispute",
    "conduct drop",
    "conduct measure",
    "conduct measured",
    "conduct notify",
    "conduct review",
    "duty away",
    "duty drop",
    "duty layer",
    "duty now",
    "duty override",
    "duty show",
    "evidence add",
    "evidence answer",
    "evidence ask",
    "evidence copy",
    "evidence destroy",
    "evidence export",
    "evidence hand-over",
    "evidence list",
    "evidence open",
    "evidence show",
    "exercise end",
    "exercise list",
    "exercise pause",
    "exercise plan",
    "exercise resume",
    "exercise show",
    "message export",
    "message list",
    "message show",
    "message fetch",
    "report answer",
    "report became",
    "report list",
    "request answer",
    "request calendar",
    "request close",
    "request decide",
    "request draft",
    "request extend",
    "request figures",
    "request list",
    "case end-grant",
    "case grant",
    "case grants",
    "instrument approve",
    "instrument proposals",
    "instrument propose",
    "instrument withdraw",
    "request oral",
    "request say",
    "request seen",
    "request send",
    "request show",
    "request status",
    "request step",
    "request withdraw",
}
OF_ONE_PARTICIPANT = {"register desk", "register withdraw", "register resources", "register publish", "register attest",
                      "instrument stand", "conduct report diff", "conduct report export", "conduct report import",
                      "conduct report list", "conduct report publish", "conduct report show",
                      "conduct report withdraw"}  # fmt: skip
SAYS_ONE_THING = {"message send", "message ack", "message reply", "message import"}
# They speak of desks' rows, but to the operator: a desk has them from its own page alone.
FOR_THE_OPERATOR = {
    "escalation call", "escalation confirm", "escalation hand", "escalation plan", "escalation reach",
    "escalation show", "escalation simulate", "escalation snooze",
    "mail fetch", "mail forget", "mail guest end", "mail guest list", "mail guest open", "mail keep",
    "mail key", "mail list", "mail test",
    "duty notices", "duty planned-work",
    "node letter-box fetch", "node letter-box keep", "node letter-box leave", "node letter-box show",
    "node letter-box use", "check ask", "check ours", "check run", "check show", "token add", "token end", "token list",
    "webhook add", "webhook again", "webhook list", "webhook log", "webhook remove", "webhook test",
}  # fmt: skip
OF_THE_WHOLE_NODE = {
    "conduct shown",
    "case retention", "node backup", "node doctor", "node init", "node migrate-database", "node restore", "node serve",
    "instrument basis", "instrument files", "instrument import", "instrument list", "instrument publish",
    "instrument remove", "instrument show", "instrument stands", "instrument status",
    "officer add", "officer audit", "officer email", "officer grant", "officer invite", "officer leave", "officer list",
}  # fmt: skip
NO_DESK = {"demo", "exercise check", "exercise scenarios", "key", "register", "resources", "route", "verify"}


def commands(group: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    context = click.Context(group)
    if not isinstance(group, click.Group):
        yield " ".join(path)
        return
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from commands(found, (*path, name))


def test_every_command_is_known_to_be_about_a_desk_a_participant_the_node_or_none() -> None:
    known = OF_ONE_DESK | OF_ONE_PARTICIPANT | SAYS_ONE_THING | FOR_THE_OPERATOR | OF_THE_WHOLE_NODE
    found = set(commands(main))
    assert sorted(name for name in found - known if not {name, name.split()[0]} & NO_DESK) == []
    assert known <= found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    with Planted(Path(tmp_path_factory.mktemp("planted"))) as world:
        yield world  # type: ignore[misc]


def owners(world: Planted, case: str) -> list[Planting]:
    with world.at("XC"):
        rows = list(Case.objects.filter(case=case).values_list("participant", "desk"))
    return [each for each in world.plantings if (each.seat.desk.participant, each.seat.desk.desk) in rows]


@pytest.mark.sqlite
def test_what_is_exported_of_a_case_or_message_holds_nothing_of_another_desk(
    planted: Planted, terminal: Terminal, tmp_path: Path
) -> None:
    home, out = planted.node.home, tmp_path / "out"
    both = 0
    for case in planted.named()["case"]:
        at = owners(planted, case)
        assert at
        if len(at) > 1:
            both += 1
            assert terminal.refusal(home, "message", "export", case, "-o", str(out)) == "case-at-several-desks"
        for each in at:
            assert terminal.run(home, "message", "export", case, "--desk", str(each.seat.desk), "-o", str(out)) == 0
            check(planted, each, out.read_bytes().decode("latin-1"))
            others = [other for other in planted.plantings if other not in at]
            for other in others:
                given = ("message", "export", case, "--desk", str(other.seat.desk), "-o", str(out))
                assert terminal.refusal(home, *given) == "case-not-found"
    assert both == 1
    for message in planted.named()["message"]:
        case = next(found for found, said in planted.said if said == message)
        assert terminal.run(home, "message", "show", message, "--save", str(tmp_path / message)) == 0
        saved = "".join(path.name + path.read_text() for path in (tmp_path / message).glob("*"))
        for each in owners(planted, case)[:1]:
            check(planted, each, terminal.out + saved)


@pytest.mark.sqlite
def test_a_list_of_a_desk_is_of_that_desk_alone_although_another_is_called_the_same(
    planted: Planted, terminal: Terminal
) -> None:
    home = planted.node.home
    assert terminal.refusal(home, "message", "list", "--desk", "duty") == "choice-not-clear"
    for each in planted.plantings:
        listed = {row["case"] for row in terminal.value(home, "message", "list", "--desk", str(each.seat.desk))}
        with planted.at("XC"):
            place = {"participant": each.seat.desk.participant, "desk": each.seat.desk.desk}
            assert listed == set(Case.objects.filter(**place).values_list("case", flat=True))


@pytest.mark.sqlite
def test_an_address_book_is_written_out_for_its_desk_alone(
    planted: Planted, terminal: Terminal, tmp_path: Path
) -> None:
    home, out = planted.node.home, tmp_path / "out"
    assert terminal.refusal(home, "book", "export", "--desk", "duty", "-o", str(out)) == "choice-not-clear"
    for each in planted.plantings:
        assert terminal.run(home, "book", "export", "--desk", str(each.seat.desk), "-o", str(out)) == 0
        assert each.mark in out.read_text()
        check(planted, each, out.read_text())


def check(planted: Planted, at: Planting, told: str) -> None:
    assert [mark for mark in planted.foreign(at) if mark in told] == []
    assert "note " not in told
    assert "come back" not in told
