"""How is a node made and looked after? `liaison node init|doctor`."""

from __future__ import annotations

import click

from liaison.cli.output import GOOD, REFUSED, json_option, on_a_terminal, show, table
from liaison.cli.session import WITH_PAGES, chosen_home, open_node
from liaison.errors import UsageError
from liaison.explanations import AS_IT_IS
from liaison.node.config import Address, Config, Database, Listen, Peers, credential_path, pages_at


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8443, show_default=True, help="Port to listen on.")
@click.option("--url", default="", help="Where others reach the peer door; empty: by letter box or files only.")
@click.option("--no-door", is_flag=True, help="Listen nowhere: a node behind NAT, whose letters another node keeps.")
@click.option("--database", default="", help="postgresql://… ; empty: SQLite in the home.")
@click.option("--allow-private", multiple=True, help="A private or loopback host that may be spoken to.")
@click.option("--pages", default="", help="Where officers reach the pages, as http://localhost:8080; empty: no pages.")
@json_option
def init(
    *,
    host: str,
    port: int,
    url: str,
    no_door: bool,
    database: str,
    allow_private: tuple[str, ...],
    pages: str,
    as_json: bool,
) -> None:
    """Make a node: folder, configuration, credential, TLS key and tables."""
    from liaison.node import wiring

    home = chosen_home()
    if no_door and url:
        raise UsageError("address-without-door", url=url[:200])
    config = Config(
        listen=Listen(host, 0 if no_door else port),
        address=Address(url),
        database=Database(database),
        peers=Peers(allow_private),
        pages=pages_at(pages),
    )
    wiring.create_home(home, config)
    node = open_node(settings_in=WITH_PAGES)
    from liaison.node.services.setup import initialise_node

    tls = wiring.listener_hash(home)
    epoch = initialise_node(node, tls_hash=tls)
    credential = credential_path(home)
    lines = [
        f"Node in {home}",
        f"  TLS key     {tls}",
        f"  epoch       {epoch}",
        f"  credential  {credential}  (back it up apart from this folder)",
    ]
    show({"home": str(home), "tls": tls, "epoch": epoch, "credential": str(credential)}, lines, as_json=as_json)


@click.command()
@json_option
def doctor(*, as_json: bool) -> int:
    """Check this node: one line a check, what to do where something is to be done; exit 1 if something is broken."""
    node = open_node()
    from liaison.node import wiring
    from liaison.node.services.care.doctor import examine
    from liaison.node.services.care.findings import State

    findings = examine(node, wiring.survey(node.home))
    telling = AS_IT_IS if as_json else on_a_terminal()
    told = [(each, *each.said(telling=telling)) for each in findings]
    rows = table((each.state.value, each.check, what) for each, what, _ in told)
    steps = ([f"        → {step}"] if step else [] for _, _, step in told)
    lines = [line for row, step in zip(rows, steps, strict=True) for line in (row, *step)]
    value = [
        {
            "check": each.check,
            "state": each.state.value,
            "code": each.code,
            "sentence": what,
            "next": step,
        }
        for each, what, step in told
    ]
    show(value, lines, as_json=as_json)
    return REFUSED if any(each.state is State.FAIL for each in findings) else GOOD
