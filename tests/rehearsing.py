"""An exercise in a world of nodes: XC controls it, the others play.

rehearsal = Rehearsal(tmp_path)          planned, to begin in an hour; everybody was told
rehearsal.go_on(60)                      it begins: what is due was sent and has arrived
rehearsal.acknowledge("XD", "logins")
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from liaison.duty.exercises.course import Outcome
from liaison.duty.exercises.scenario import decode_scenario, shipped_scenarios
from liaison.messages.message import open_message
from liaison.node.models import IncomingCopy
from liaison.node.reads.duty.exercises import Control, desk_key, read_control
from liaison.node.services.exercises.planning import Plan, plan_exercise
from liaison.node.services.exercises.running import run_exercises
from liaison.node.services.line.acknowledging import acknowledge, find_original
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from tests.register.registry import small_register
from tests.world import World

CODES = ("XC", "XD", "XE", "XF")
HOUR = timedelta(hours=1)


class Rehearsal:
    """XC controls; XD sees the traffic, XE has the provider, XF is reached too."""

    def __init__(
        self, folder: Path, codes: tuple[str, ...] = CODES, scenario: bytes = shipped_scenarios()["provider"]
    ) -> None:
        self.world = World(folder, codes=codes, registry=small_register(*codes, rehearsal=False))
        self.node = self.world.nodes["XC"]
        cast = {"reporter": ["XD"], "home": ["XE"], "affected": list(codes[3:])}
        self.exercise = plan_exercise(
            self.node,
            self.seat("XC"),
            Plan(
                scenario=decode_scenario(scenario),
                cast={role: [self.world.desk(code) for code in played] for role, played in cast.items()},
                starts_at=self.world.clock.now() + HOUR,
                guidance="Write as you would, together with exercise control.",
            ),
            by=1,
        )
        self.world.work()

    def seat(self, code: str) -> Seat:
        return Seat(self.world.register, self.world.desk(code), frozenset({Role.OFFICER}))

    def key(self, code: str) -> str:
        return desk_key(self.world.desk(code))

    def go_on(self, minutes: float) -> None:
        """Time passes; exercise control sends what is due, and all of it arrives."""
        self.world.advance(minutes=minutes)
        run_exercises(self.node)
        self.world.work()

    def control(self) -> Control:
        return read_control(self.node, self.world.register, self.world.desk("XC"), self.exercise)

    def injects(self, code: str) -> list[str]:
        """The events that a desk has got."""
        with self.world.at(code):
            rows = IncomingCopy.objects.filter(form="exercise-inject", verdict="accepted").order_by("pk")
            return [str(open_message(bytes(row.plaintext)).fields["inject"]) for row in rows]

    def acknowledge(self, code: str, inject: str) -> None:
        with self.world.at(code):
            rows = IncomingCopy.objects.filter(form="exercise-inject")
            row = next(row for row in rows if open_message(bytes(row.plaintext)).fields["inject"] == inject)
        acknowledge(self.world.nodes[code], find_original(self.world.nodes[code], row.message_id))
        self.world.work()

    def tell(self, code: str, *to: str) -> None:
        """A notice of the exercise, with exercise control among its parties."""
        self.world.send(code, *to, "XC", exercise=True)
        self.world.work()

    def outcomes(self) -> dict[tuple[str, str, str], Outcome]:
        names = {self.key(code): code for code in self.world.nodes}
        judged = self.control().judged(self.world.clock.now())
        return {(each.inject, names[each.desk], each.expected.action.value): each.outcome for each in judged}
