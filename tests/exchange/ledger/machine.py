"""The Hypothesis machine over two real engines. ``exchange_machine(new_world)`` runs over any kind of store.

    from tests.exchange.ledger.machine import exchange_machine
    TestOverPostgres = exchange_machine(PostgresWorld).TestCase

``python -m tests.exchange.ledger.machine --runs 2000 [--seed N] [--steps 60]`` is the long run; it prints its seed.
"""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.exchange.ledger import heirs
from tests.exchange.ledger.faulty import MemoryWorld, World
from tests.exchange.ledger.theatre import Theatre

WHO = st.integers(0, 1)
SUBJECT = st.integers(0, 3)
FATES = ["as it is"] * 6 + ["lost", "twice", "shuffled", "damaged", "forged"]
TOTALS: Counter[str] = Counter()


def exchange_machine(new_world: Callable[[], World]) -> type[RuleBasedStateMachine]:
    class ExchangeMachine(RuleBasedStateMachine):
        """People write, machines ask and answer, power goes, backups come back; at the end the promises must hold."""

        def __init__(self) -> None:
            super().__init__()
            self.world = new_world()
            self.theatre: Any = None

        @initialize(chance=st.integers(0, 2**32))
        def begin(self, chance: int) -> None:
            self.theatre = Theatre(self.world, chance)

        @rule(who=WHO, subject=SUBJECT, kind=st.sampled_from([0, 0, 0, 1, 2]))
        def write(self, who: int, subject: int, kind: int) -> None:
            self.theatre.write(who, subject, kind)

        @rule(who=WHO, subject=SUBJECT, kind=st.sampled_from([0, 0, 0, 1, 2]))
        def write_more(self, who: int, subject: int, kind: int) -> None:
            self.theatre.write(who, subject, kind)

        @rule(
            who=WHO, subject=SUBJECT, what=st.sampled_from(["poison", "recall", "offer", "accept", "decline", "accept"])
        )
        def seldom(self, who: int, subject: int, what: str) -> None:
            if what == "poison":
                self.theatre.write(who, subject, 0, poison=True)
            elif what in {"recall", "offer"}:
                getattr(self.theatre, what)(who, subject)
            else:
                self.theatre.answer(who, what == "accept")

        @rule(who=WHO, subject=SUBJECT)
        def write_with_file(self, who: int, subject: int) -> None:
            self.theatre.write_with_file(who, subject)

        @rule(who=WHO)
        def fetch(self, who: int) -> None:
            self.theatre.fetch(who)

        @rule(who=WHO)
        def rotate(self, who: int) -> None:
            self.theatre.rotate(who)

        @rule(who=WHO)
        def recover(self, who: int) -> None:
            self.theatre.recover(who)

        @rule(who=WHO, which=st.sampled_from([*range(6), 6]))
        def withdraw(self, who: int, which: int) -> None:
            self.theatre.withdraw(who, which)

        @rule(who=WHO, what=st.sampled_from(["propose", "sign", "sign", "decline"]), without=st.integers(-3, 5))
        def agree(self, who: int, what: str, without: int) -> None:
            if what == "propose":
                self.theatre.propose(who, without)
            else:
                self.theatre.sign(who, what == "sign")

        @rule(who=WHO)
        def back_up(self, who: int) -> None:
            self.theatre.back_up(who)

        @rule(who=WHO, which=st.integers(0, 5))
        def restore(self, who: int, which: int) -> None:
            self.theatre.restore(who, which)

        @rule(who=WHO, writes=st.integers(0, 25), after_commit=st.booleans())
        def power_cut(self, who: int, writes: int, after_commit: bool) -> None:
            self.theatre.cut(who, writes, after_commit)

        @rule(up=st.sampled_from([True, True, True, False]))
        def line(self, up: bool) -> None:
            self.theatre.up = up

        @rule(who=WHO, lane=st.sampled_from([0, 1, 1, 1, 2]))
        def ask(self, who: int, lane: int) -> None:
            self.theatre.ask(who, lane)

        @rule(which=st.integers(0, 30), fate=st.sampled_from(FATES))
        def deliver(self, which: int, fate: str) -> None:
            self.theatre.deliver(which, fate)

        @rule(rounds=st.integers(3, 9))
        def chat(self, rounds: int) -> None:
            """Both ask for papers, and nearly everything arrives."""
            for _ in range(rounds):
                for who in (0, 1):
                    self.theatre.ask(who, 1)
                self.theatre.deliver(0, "as it is")
                self.theatre.deliver(0, "as it is")

        @rule(rounds=st.integers(1, 6), who=WHO, lane=st.sampled_from([0, 1, 1, 1, 2]))
        def talk(self, rounds: int, who: int, lane: int) -> None:
            """A stretch of good line: ask, and let everything under way arrive in order."""
            self.theatre.ask(who, lane)
            for _ in range(rounds):
                self.theatre.deliver(0, "as it is")

        def teardown(self) -> None:
            try:
                if self.theatre is not None:
                    self.theatre.settle()
                    self.theatre.promises()
                    if self.theatre.written % 3 == 0:
                        heirs.follow(self.theatre, self.world, self.theatre.written % 2, self.theatre.written)
                    TOTALS.update(self.theatre.stats)
                    TOTALS["runs"] += 1
            finally:
                self.world.close()

    return ExchangeMachine


def how_long(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


def soak(runs: int, number: int, steps: int, new_world: Callable[[], World] = MemoryWorld) -> Counter[str]:
    """Many runs under one seed; raises on the first broken promise, shrunk as far as Hypothesis can."""
    TOTALS.clear()
    machine = exchange_machine(new_world)
    run_state_machine_as_test(seed(number)(machine), settings=how_long(runs, steps))
    return Counter(TOTALS)


FATES_OF_CHANCE = ["as it is"] * 9 + ["lost"] * 2 + ["twice"] * 2 + ["shuffled"] * 2 + ["damaged", "forged"]
STEPS: list[tuple[int, str, Callable[[random.Random], tuple[Any, ...]]]] = [
    (27, "write", lambda r: (r.randrange(2), r.randrange(4), r.choice([0, 0, 0, 1, 2]), r.random() < 0.12)),
    (2, "recall", lambda r: (r.randrange(2), r.randrange(4))),
    (3, "offer", lambda r: (r.randrange(2), r.randrange(4))),
    (3, "answer", lambda r: (r.randrange(2), r.random() < 0.7)),
    (3, "rotate", lambda r: (r.randrange(2),)),
    (4, "write_with_file", lambda r: (r.randrange(2), r.randrange(4))),
    (4, "fetch", lambda r: (r.randrange(2), r.randrange(1, 4))),
    (1, "recover", lambda r: (r.randrange(2),)),
    (1, "withdraw", lambda r: (r.randrange(2), r.randrange(7))),
    (2, "propose", lambda r: (r.randrange(2), r.randrange(-6, 6))),
    (3, "sign", lambda r: (r.randrange(2), r.random() < 0.85)),
    (5, "back_up", lambda r: (r.randrange(2),)),
    (4, "restore", lambda r: (r.randrange(2), r.randrange(9))),
    (3, "cut", lambda r: (r.randrange(2), r.randrange(25), r.random() < 0.2)),
    (2, "line", lambda r: (r.random() < 0.75,)),
    (17, "ask", lambda r: (r.randrange(2), r.choice([0, 1, 1, 1, 2]))),
    (31, "deliver", lambda r: (r.randrange(50), r.choice(FATES_OF_CHANCE))),
]


def play(number: int, steps: int, new_world: Callable[[], World] = MemoryWorld) -> Counter[str]:
    """One run of blind chance: denser than what Hypothesis draws, the same promises at the end."""
    chance, world = random.Random(number), new_world()
    try:
        theatre = Theatre(world, number)
        weights = [weight for weight, _, _ in STEPS]
        for _ in range(steps):
            _, name, draw = chance.choices(STEPS, weights)[0]
            getattr(theatre, name)(*draw(chance))
        theatre.settle()
        theatre.promises()
        if number % 3 == 0:
            heirs.follow(theatre, world, chance.randrange(2), number)
        return theatre.stats
    finally:
        world.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Long run of the exchange between two nodes.")
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    parser.add_argument("--steps", type=int, default=60)
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.runs} runs of up to {asked.steps} steps", flush=True)  # noqa: T201
    begin = time.monotonic()
    totals: Counter[str] = Counter()
    for number in range(asked.runs):
        try:
            totals.update(play(asked.seed + number, 2 * asked.steps))
        except Exception:
            print(f"broken by chance at seed {asked.seed + number}, {2 * asked.steps} steps", flush=True)  # noqa: T201
            raise
        if (number + 1) % 100 == 0:
            print(f"{number + 1} runs, {time.monotonic() - begin:.0f} s", flush=True)  # noqa: T201
    took = time.monotonic() - begin
    print(f"no promise broken in {asked.runs} runs of chance, {took:.0f} s", flush=True)  # noqa: T201
    totals.update(soak(asked.runs // 4, asked.seed, asked.steps))
    runs, took = totals.pop("runs") + asked.runs, time.monotonic() - begin
    counted = ", ".join(f"{name} {count}" for name, count in sorted(totals.items()))
    print(f"no promise broken in {runs} runs, {took:.0f} s; {counted}")  # noqa: T201


if __name__ == "__main__":
    main()
