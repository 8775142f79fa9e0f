"""Does this entry stand at this place of the log, and what does it change?

The order of the questions, the cheap ones first (rule numbers as in docs/spec/rules.md):

1. Leaf 0 opens the register, and nothing else does (2).
2. The entry is of this register (3); its kind, its version and the rules are known, or it is only kept.
3. It stands at the right place of a chain of a participant and node that stand (4 to 7).
4. What its body says may be said (11 to 39).
5. Exactly the needed signatures stand there, and each verifies (8 to 10).
"""

from __future__ import annotations

from msgspec.structs import replace as changed

from liaison.register.entries import Entry
from liaison.register.law.case import Case, moved_on, settle
from liaison.register.law.kinds import KINDS
from liaison.register.law.numbers import Rule, require
from liaison.register.law.secretariat import open_register
from liaison.register.law.signatures import Later, SignatureCheck, check_signers
from liaison.register.views import Applied, Changes, NotUnderstood, RegisterView

OPENING = "register.opened"
Judgement = tuple[Applied | NotUnderstood, SignatureCheck | None]


def judge(view: RegisterView, entry: Entry, index: int, *, later: Later | None = None) -> Applied | NotUnderstood:
    """What leaf `index` changes. Raises VerificationError with the number of the rule it breaks.

    With `later` the signatures are not computed here but handed to it, everything else is.
    """
    outcome, check = _judge(view, entry, index)
    if check is not None:
        (later or SignatureCheck.run)(check)
    return outcome


def _judge(view: RegisterView, entry: Entry, index: int) -> Judgement:
    facts = view.globals()
    # (1)
    require((index == 0) == (entry.payload.kind == OPENING), Rule.OPENING)
    if index == 0:
        return _judge_opening(view, entry)
    if facts is None:
        # Leaf 0 was not understood, so nothing that follows can be judged.
        return NotUnderstood("rules"), None
    # (2)
    require(entry.payload.register == facts.register, Rule.REGISTER)
    if facts.stopped_at is not None:
        return NotUnderstood("rules"), None
    kind = KINDS.get(entry.payload.kind)
    if kind is None:
        return NotUnderstood("kind"), None
    # (3)
    case = settle(Case(view, entry, index, facts), kind.chain)
    if kind.effect is None or entry.body is None:
        return _keep(case)
    # (4)
    kind.check(case)
    changes = kind.effect(case)
    # (5)
    return Applied(changes), check_signers(entry.envelope, kind.needs(case))


def _judge_opening(view: RegisterView, entry: Entry) -> Judgement:
    if entry.payload.version != 1:
        return NotUnderstood("version"), None
    changes, check = open_register(view, entry)
    stopped = changes.globals is not None and changes.globals.stopped_at is not None
    return NotUnderstood("rules", changes) if stopped else Applied(changes), check


def _keep(case: Case) -> Judgement:
    """An entry of a known kind whose body is not understood: signed by its owner, its chain goes on."""
    kind = KINDS[case.entry.payload.kind]
    check = check_signers(case.entry.envelope, kind.base(case), exact=False)
    if case.entry.payload.kind == "policy.published":
        # A policy of a version unknown here says that the rules changed: update me.
        stopped = changed(case.globals, stopped_at=case.index)
        return NotUnderstood("rules", Changes(globals=stopped)), check
    return NotUnderstood("kind" if kind.effect is None else "version", moved_on(case, kind.chain)), check
