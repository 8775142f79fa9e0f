"""How do the two sides of a measurement speak of it at the terminal?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import desk_option, register_option
from liaison.cli.request.places import open_seat, tell_gone
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.services.conduct.measured.telling import Text

say_option = click.option("--say", "words", required=True, help="In your own words.")
language_option = click.option("--language", "lang", default="en", show_default=True, help="Tag of their language.")


@click.command()
@click.argument("numbers", nargs=-1, type=int, required=True)
@click.option("--days", type=int, default=14, show_default=True, help="How long the provider has to answer.")
@desk_option
@register_option
@json_option
def notify(*, numbers: tuple[int, ...], days: int, desk: str, register: str, as_json: bool) -> None:
    """Tell the providers of measurements NUMBERS privately, before anybody else may see them."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.telling import notify as notify_them
    from liaison.node.services.inside.clearance import Gone

    gone = notify_them(node, seat, numbers, days=days, by=0, leased=True)
    sent = tuple(message for each in gone for message in each.sent)
    waiting = [each.request for each in gone if each.request]
    if waiting:
        show({"clearance": waiting}, [f"Waits for clearance under number {each}." for each in waiting], as_json=as_json)
        return
    tell_gone(node, seat.register, Gone(sent), as_json=as_json)


@click.command()
@click.argument("number", type=int)
@desk_option
@register_option
@json_option
def drop(*, number: int, desk: str, register: str, as_json: bool) -> None:
    """Forget measurement NUMBER, of which nobody was told."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.telling import drop as forget

    forget(node, seat, number, by=0)
    show({"dropped": number}, [f"Dropped measurement {number}."], as_json=as_json)


@click.command()
@click.argument("number", type=int)
@click.option("--ground", required=True,
              type=click.Choice(("not-ours", "data-wrong", "data-old", "repaired", "authorised", "other")))  # fmt: skip
@say_option
@language_option
@desk_option
@register_option
@json_option
def dispute(*, number: int, ground: str, words: str, lang: str, desk: str, register: str, as_json: bool) -> None:
    """Say that measurement NUMBER of an own network is wrong."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.telling import Dispute
    from liaison.node.services.conduct.measured.telling import dispute as say_so

    gone = say_so(node, seat, number, Dispute(ground, _text(words, lang)), by=0, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)


@click.command()
@click.argument("number", type=int)
@click.option("--result", required=True, type=click.Choice(("upheld", "corrected", "withdrawn")))
@click.option("--count", "counts", multiple=True, metavar="NAME=N", help="Of a correction; all of the measure.")
@say_option
@language_option
@desk_option
@register_option
@json_option
def review(*, number: int, result: str, counts: tuple[str, ...], words: str, lang: str, desk: str, register: str,
           as_json: bool) -> None:  # fmt: skip
    """Say what became of the dispute of measurement NUMBER, or take it back."""
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.telling import Review
    from liaison.node.services.conduct.measured.telling import review as say_so

    reviewed = Review(result, _text(words, lang), _counts(counts) if counts else None)
    tell_gone(node, seat.register, say_so(node, seat, number, reviewed, by=0, leased=True), as_json=as_json)


@click.command()
@click.argument("number", type=int)
@click.option("--to", "shown_to", type=click.Choice(("participants", "public")), help="Who may see it.")
@click.option("--withdraw", is_flag=True, help="It may not be shown any more.")
@desk_option
@register_option
@json_option
def consent(*, number: int, shown_to: str | None, withdraw: bool, desk: str, register: str, as_json: bool) -> None:
    """Agree that measurement NUMBER of an own network is shown, or take that back."""
    if withdraw == (shown_to is not None):
        raise UsageError("consent-one-thing")
    node, seat = open_seat(register, desk)
    from liaison.node.services.conduct.measured.telling import consent as say_so

    gone = say_so(node, seat, number, shown_to=shown_to or "", by=0, leased=True)
    tell_gone(node, seat.register, gone, as_json=as_json)


def _text(words: str, lang: str) -> Text:
    from liaison.node.services.conduct.measured.telling import Text

    return Text(words, lang)


def _counts(given: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for each in given:
        name, _, count = each.partition("=")
        if not count.isascii() or not count.isdecimal():
            raise UsageError("count-not-read", given=each[:40])
        found[name] = int(count)
    return found
