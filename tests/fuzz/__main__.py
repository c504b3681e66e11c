"""`python -m tests.fuzz [SECONDS [SEED]]`: draws inputs for so long (60), each kind in turn; ends where one breaks.

The time bounds how long it goes on drawing, never what is found: a round that has begun is finished. The same seed
draws the same inputs in the same order; without one they are new every time.
"""

from __future__ import annotations

import os
import random
import sys
import traceback
from collections.abc import Callable, Mapping
from time import monotonic

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, Worst, bounded

ROUND = 50
"""Inputs of one kind before the next kind's turn."""

Target = tuple[st.SearchStrategy[bytes], Callable[[bytes], None]]


def fuzz(seconds: float, targets: Mapping[str, Target] = TARGETS, *, begin: int | None = None) -> int:
    """Draws for `seconds`, each target at least once, from the seed `begin` on.

    0 where all held, 1 where one broke (told on stdout).
    """
    until = monotonic() + seconds
    seeds = random.Random(begin if begin is not None else os.urandom(16))
    counts, worst = dict.fromkeys(targets, 0), {name: Worst() for name in targets}
    broken = False
    while not broken:
        for name, (drawn, holds) in targets.items():
            number = seeds.getrandbits(32)
            try:
                counts[name] += _round(number, drawn, holds, worst[name])
            except BaseException:
                traceback.print_exc(file=sys.stdout)
                print(f"fuzz: broken: {name} (seed {number})")
                broken = True
                break
        if monotonic() >= until:
            break
    for name, count in counts.items():
        print(f"fuzz: {name}: {count:,} inputs, at most {worst[name].seconds:.2f} CPU s, {worst[name].memory >> 20} MB")
    return int(broken)


def _round(number: int, drawn: st.SearchStrategy[bytes], holds: Callable[[bytes], None], worst: Worst) -> int:
    """One round with this seed; how many inputs it took."""
    count = 0

    @seed(number)
    @settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(drawn)
    def run(raw: bytes) -> None:
        nonlocal count
        count += 1
        with bounded(worst):
            holds(raw)

    run()
    return count


if __name__ == "__main__":
    given_words = sys.argv[1:]
    sys.exit(fuzz(float(given_words[0]) if given_words else 60, begin=int(given_words[1]) if given_words[1:] else None))
