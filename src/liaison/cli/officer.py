"""Who may sign in to this node's pages, and what did they do? `liaison officer add|grant|email|invite|…`.

    liaison officer add duty1 --name "Duty officer 1" --desk duty --role officer --role approver

Invariants: an invitation is printed once and works once, within a day; every command is a line of the audit trail.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.register.choices import own_desk, register_option, the_register
from liaison.cli.session import chosen_home, open_node, prepare_django
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node

ROLES = ("officer", "approver", "directory-manager", "administrator", "auditor")
role_option = click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="May be repeated.")


@click.group()
def group() -> None:
    """Let people sign in to this node's pages, and see who may."""


@group.command()
@click.argument("login")
@click.option("--name", required=True, help="As colleagues know them; never leaves this node.")
@click.option("--email", default="", help="Address by which an identity provider names them; nothing is sent to it.")
@click.option("--language", default="en", show_default=True)
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone, as Africa/Nairobi.")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@role_option
@register_option
@json_option
def add(*, login: str, desk: str, roles: tuple[str, ...], register: str, as_json: bool, **person: Any) -> None:
    """Make an officer, with roles at a desk, and print the link with which they sign in for the first time."""
    node = open_node()
    from liaison.node.services.people.officers import add_officer, invite

    officer = add_officer(node, login=login, **person)
    _grant(node, officer, register=register, desk=desk, roles=roles)
    _show_link(node, officer, invite(node, officer), as_json=as_json)


@group.command()
@click.argument("login")
@click.option("--desk", default="", help="Own desk, where this node has several.")
@role_option
@register_option
@json_option
def grant(*, login: str, desk: str, roles: tuple[str, ...], register: str, as_json: bool) -> None:
    """Give roles at a desk to an officer."""
    node = open_node()
    from liaison.node.services.people.officers import find_officer

    _grant(node, find_officer(node, login), register=register, desk=desk, roles=roles)
    show({"login": login, "roles": list(roles)}, [f"{login}: {', '.join(roles)}"], as_json=as_json)


@group.command()
@click.argument("login")
@click.argument("address")
@json_option
def email(*, login: str, address: str, as_json: bool) -> None:
    """Change the mail ADDRESS by which an identity provider names an officer; '' for none."""
    node = open_node()
    from liaison.node.services.people.officers import change_email, find_officer

    change_email(node, find_officer(node, login), address)
    show({"login": login, "email": address}, [f"{login}: {address or 'no mail address'}"], as_json=as_json)


@group.command()
@click.argument("login")
@json_option
def invite(*, login: str, as_json: bool) -> None:
    """Print a fresh link with which an officer who lost every key signs in; earlier links are void."""
    node = open_node()
    from liaison.node.services.people.officers import find_officer
    from liaison.node.services.people.officers import invite as invite_officer

    officer = find_officer(node, login)
    _show_link(node, officer, invite_officer(node, officer), as_json=as_json)


@group.command()
@click.argument("login")
@json_option
def leave(*, login: str, as_json: bool) -> None:
    """End every session, invitation and role of an officer; their name stays in the audit trail."""
    node = open_node()
    from liaison.node.services.people.officers import find_officer
    from liaison.node.services.people.officers import leave as let_go

    let_go(node, find_officer(node, login))
    show({"login": login}, [f"{login} can no longer sign in."], as_json=as_json)


@group.command("list")
@json_option
def list_(*, as_json: bool) -> None:
    """List the officers of this node with their roles."""
    node = open_node()
    from liaison.node.services.people.officers import list_officers

    rows = list_officers(node)
    value = [{"login": each.login, "active": each.active, "roles": list(each.roles)} for each in rows]
    lines = table((each.login, "" if each.active else "left", ", ".join(each.roles)) for each in rows)
    show(value, lines or ["No officers yet."], as_json=as_json)


@group.command()
@click.option("--verify", is_flag=True, help="Check that every line follows from the one before.")
@click.option("--file", "exported", type=click.Path(path_type=Path), help="Check an exported JSON-lines file instead.")
@click.option("--after", type=int, default=0, help="Only lines behind this number.")
@json_option
def audit(*, verify: bool, exported: Path | None, after: int, as_json: bool) -> None:
    """Print the audit trail as JSON lines, or check it; exit 1 if a line was changed or taken away."""
    if exported is not None:
        count = _check_file(exported)
    elif verify:
        from liaison.node.services.people.audit import check_trail

        count = check_trail(open_node())
    else:
        _print_trail(after)
        return
    show({"lines": count}, [f"{count} lines, each follows from the one before."], as_json=as_json)


def _check_file(path: Path) -> int:
    prepare_django(chosen_home())
    from liaison.node.services.people.audit import check_lines
    from liaison.node.services.people.exported_trail import read_json_lines

    try:
        with path.open("rb") as lines:
            return check_lines(read_json_lines(lines))
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error


def _print_trail(after: int) -> None:
    node = open_node()
    from liaison.node.services.people.audit import trail
    from liaison.node.services.people.exported_trail import json_lines

    while found := trail(node, after=after):
        for line in json_lines(found):
            click.echo(line, nl=False)
        after = found[-1].number


def _grant(node: Node, officer: Any, *, register: str, desk: str, roles: tuple[str, ...]) -> None:
    from liaison.node.services.people import officers
    from liaison.officers.permissions import Role

    if not roles:
        return
    place = the_register(node, register)
    at = own_desk(node, place, desk)
    for role in roles:
        officers.grant(node, officer, place, at, Role(role))


def _show_link(node: Node, officer: Any, token: str, *, as_json: bool) -> None:
    base = node.config.pages.url
    link = f"{base}/join/{token}"
    lines = [f"{officer.login} signs in, once and within a day, at", f"  {link}"]
    if not base:
        lines.append("This node serves no pages yet: name an address under [pages] in liaison.toml.")
    show({"login": officer.login, "link": link}, lines, as_json=as_json)
