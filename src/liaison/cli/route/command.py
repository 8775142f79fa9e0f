"""Who answers for these addresses? `liaison route FEED… | ADDRESS… | -`

    liaison route feed.csv.gz --column ip --out reports        one report a desk, rejects.csv, summary.json
    cat feed | liaison route - --json                           totals only, from stdin
    liaison route 192.0.2.7                                     one answer: desk, why, source, date
    liaison route feed.csv --send                               each report as a sealed message

Invariants: rows in = routed + rejected + duplicate, or the command fails; a name that is a file is a feed, everything
else must be an address, prefix, AS number, domain or URL; without an initialised home the codes are still told.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from liaison.cli.output import json_option, note, show
from liaison.cli.session import chosen_home, open_node
from liaison.errors import LiaisonError, UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.routing import Routing
    from liaison.routing.feeds.shape import Wanted

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = click.Choice(["list", "csv", "json-lines"])
KINDS = click.Choice(["technical", "diplomatic", "law-enforcement", "central-authority", "provider-security"])
STDIN = "-"


def feed_options(command: F) -> F:
    """How feeds are read and where their reports go."""
    for option in (
        click.option("--column", "--field", "column", help="The address column by name or number, or a JSON field."),
        click.option("--format", "form", type=FORMATS, help="Default: told from the first rows."),
        click.option("--delimiter", help="Of CSV; default: told from the first rows."),
        click.option("--out", type=click.Path(path_type=Path), help="A new folder for the reports."),
    ):
        command = option(command)
    return command


def sending_options(command: F) -> F:
    """How reports are sent."""
    for option in (
        click.option("--send", is_flag=True, help="Send each report, sealed, to its desk."),
        click.option(
            "--window",
            type=click.IntRange(0, 744),
            default=24,
            show_default=True,
            help="Hours in which a row sent to a desk is counted and not sent again.",
        ),
        click.option("--from", "sender", default="", help="Own desk, where this node has several."),
        click.option("--feed-name", default="", help="What recipients see; default: the file's name."),
        click.option("--reference", default="", help="Your own; recipients tell it back with every answer."),
        click.option("--feed-date", help="Of the feed, as 2026-11-22T03:00:00Z."),
        click.option("--incident-type", help="A type of docs/spec/forms.md, the same for all rows."),
        click.option("--tlp", type=click.Choice(["red", "amber-strict", "amber", "green", "clear"]), default="amber"),
    ):
        command = option(command)
    return command


@click.command()
@click.argument("given", nargs=-1, metavar="[FEED|ADDRESS|-]...")
@click.option("--one", "single", multiple=True, help="An address or name, even if a file is called so.")
@click.option("--kind", type=KINDS, default="technical", show_default=True, help="Of contact centre.")
@click.option("--rehearsal", is_flag=True, help="Ask rehearsal registers too, after the real ones.")
@feed_options
@sending_options
@json_option
def route(*, given: tuple[str, ...], single: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """Find who answers for one address or for every row of a feed."""
    feeds = [text for text in given if text == STDIN or Path(text).is_file()]
    asked = [*single, *(text for text in given if text not in feeds)]
    if bool(feeds) == bool(asked):
        raise UsageError("route-what", feeds=len(feeds), asked=len(asked))
    node, routing = _routing(options["kind"], rehearsal=options["rehearsal"], needed=options["send"])
    if not as_json:
        _say_what_is_asked(routing, options["rehearsal"])
    if asked:
        _answer(routing, asked, as_json=as_json)
        return 0
    from liaison.cli.route.feeds import route_all

    return route_all(node, routing, feeds, _wanted(options), as_json=as_json, **options)


def _routing(kind: str, *, rehearsal: bool, needed: bool) -> tuple[Node | None, Routing]:
    """The node, if the home is one, and what it routes by. Raises `UsageError` where a node is needed."""
    from liaison.node.config import CONFIG_NAME
    from liaison.register.vocabulary import DeskKind

    home = chosen_home()
    if not (home / CONFIG_NAME).exists() and not needed:
        from liaison.cli.session import prepare_django

        prepare_django(home)
        from liaison.node.reads.routing import routing_without_node

        return None, routing_without_node(home)
    node = open_node()
    from liaison.node.reads.routing import routing_of

    return node, routing_of(node, kind=DeskKind(kind), rehearsal=rehearsal)


def _wanted(options: dict[str, Any]) -> Wanted:
    from liaison.routing.feeds.shape import Format, Wanted

    form = Format(options["form"]) if options["form"] else None
    return Wanted(form, options["delimiter"], options["column"])


def _say_what_is_asked(routing: Routing, rehearsal: bool) -> None:
    """On stderr: which registers do not take part."""
    if not routing.registers:
        note("No register is asked, so desks are not known: rows are told by country code only.")
    if routing.left_out and not rehearsal:
        note(f"Left out: {routing.left_out} rehearsal register(s); --rehearsal asks them too.")


def _answer(routing: Routing, asked: list[str], *, as_json: bool) -> None:
    """One answer each. Raises what makes a text no resource; a path that is no file is told as such."""
    from liaison.cli.route.screen import answer_lines, answer_value
    from liaison.routing.addresses import parse_resource

    for text in asked:
        try:
            parse_resource(text)
        except LiaisonError as error:
            if text.startswith((".", "/", "~")) or error.code in ("host-malformed", "address-malformed"):
                raise UsageError("route-no-such-feed", given=text[:200]) from error
            raise
    answers = [(text, routing.router.answer(text)) for text in asked]
    value = [answer_value(routing, text, answer) for text, answer in answers]
    lines = (line for text, answer in answers for line in answer_lines(routing, text, answer))
    show(value, lines, as_json=as_json)
