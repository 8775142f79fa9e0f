"""How did a desk's own requests go, by type, outcome, ground and time, without telling of any one of them?

    figures(made)          made: one `Ended` a request; rows of at least `LEAST`, all others hidden

Invariants (docs/spec/requests.md, "Figures"): a number below 5 is not shown, nor one from which it could be computed:
where one number of a group is hidden the next smallest is hidden too, or the total where there is no other; a time is a
median over at least 5; nothing compares States.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

LEAST = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """One request for the figures: its type, how it stands, on which grounds, and how long an answer took."""

    form: str
    outcome: str
    grounds: tuple[str, ...] = ()
    took: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One type: how many, by outcome and by ground, and the median time; None is a number that is not shown."""

    form: str
    count: int | None
    outcomes: Mapping[str, int | None]
    grounds: Mapping[str, int | None]
    median_days: float | None


def figures(made: Iterable[Ended]) -> tuple[Row, ...]:
    """A row a type, in the order of their names."""
    by_form: defaultdict[str, list[Ended]] = defaultdict(list)
    for each in made:
        by_form[each.form].append(each)
    return tuple(_row(form, by_form[form]) for form in sorted(by_form))


def _row(form: str, made: list[Ended]) -> Row:
    outcomes, total = hide(Counter(each.outcome for each in made))
    # A request may name several grounds, so they do not add up to anything that is shown.
    grounds = {name: shown(count) for name, count in Counter(g for each in made for g in each.grounds).items()}
    times = [each.took.total_seconds() / 86_400 for each in made if each.took is not None]
    middle = round(median(times), 1) if len(times) >= LEAST else None
    return Row(form, total, outcomes, dict(sorted(grounds.items())), middle)


def shown(count: int) -> int | None:
    """The number, if it may be shown."""
    return count if count >= LEAST else None


def hide(counts: Mapping[str, int]) -> tuple[dict[str, int | None], int | None]:
    """The numbers of one group and their total, with whatever would give a small one away hidden."""
    small = {name for name, count in counts.items() if count < LEAST}
    rest = sorted((count, name) for name, count in counts.items() if name not in small)
    # What is hidden together must be no small number either, and never one alone.
    while rest and small and (len(small) == 1 or sum(counts[name] for name in small) < LEAST):
        small.add(rest.pop(0)[1])
    total = sum(counts.values())
    alone = len(small) == 1 and not rest
    found = {name: None if name in small else count for name, count in sorted(counts.items())}
    return found, None if alone or total < LEAST else total
