"""Which rule did an entry break? Short words for the tests of the rules."""

from __future__ import annotations

from liaison.register import bodies
from liaison.register.state import Applied, NotUnderstood, Outcome, Void
from tests.register.registry import RegisterBuilder


def verdict(outcome: Outcome) -> str:
    """`stands`, the code of the rule that was broken, or why it was not understood."""
    match outcome:
        case Applied():
            return "stands"
        case Void(rule):
            return rule
        case NotUnderstood(reason):
            return f"not understood: {reason}"


def by_node(registry: RegisterBuilder, body: bodies.Body, who: str = "XC", node: str = "main") -> str:
    """The verdict on an entry of a node, rightly signed and placed."""
    return verdict(registry.judged(registry.drafted(body, who, node), f"{who}/{node}/entry"))


def by_roots(registry: RegisterBuilder, body: bodies.Body, who: str, *signers: str) -> str:
    """The verdict on an entry of a root chain, signed by both roots and these keys."""
    return verdict(registry.judged(registry.drafted(body, who), f"{who}/roots/1", f"{who}/roots/2", *signers))


def admitting(registry: RegisterBuilder, who: str, *signers: str, **changes: object) -> str:
    """The verdict on an admission signed by the secretariat's roots and the two new ones, or by `signers`."""
    names = signers or ("register/roots/1", "register/roots/2", f"{who}/roots/1", f"{who}/roots/2")
    return verdict(registry.judged(registry.drafted(registry.admission(who, **changes)), *names))
