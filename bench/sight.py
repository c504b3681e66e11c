"""How long looks at pictures take, and how much memory: drawn screens and scans in long-lived workers.

Usage: python -m bench.sight [--pictures 200] [--workers 2]
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from resource import RLIMIT_AS, RUSAGE_SELF, getrusage, setrlimit

from mailflow.model.sight import Look
from mailflow.sight.look import MEMORY_BYTES, look_at
from mailflow.testing.drawn import encoded, screen
from mailflow.testing.scans import as_pdf, form_page, photographed, scanned

Task = tuple[bytes, Look, tuple[str, ...]]
"""A file, how to look at it, and words that must be read in it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What looks took in one process: seconds of CPU each, the largest resident size, and how many missed a word."""

    loading: float
    cpu: tuple[float, ...]
    resident: int
    missed: int


def screenshots(count: int, size: tuple[int, int] = (1080, 2340)) -> list[Task]:
    """As many different screens."""
    chance = random.Random(4)
    tasks = []
    for _ in range(count):
        rows = [(label, str(chance.randrange(100, 60_000))) for label in ("总积分", "年度积分", "排名")]
        rows += [(label, "") for label in ("答题记录", "学习记录", "消息通知", "意见反馈", "我的收藏", "设置")]
        words = tuple(word for row in rows for word in row if word)
        tasks.append((encoded(screen(*size, rows=rows), quality=80), Look.PICTURE, words))
    return tasks


def kinds() -> dict[str, Callable[[], list[Task]]]:
    """Files of each kind, drawn when asked for."""
    known = ("90017734205518", "31405", "10886")
    photo = photographed(form_page(dpi=300)).resize((3000, 4000))
    return {
        "screenshot 1080x2340, JPEG": lambda: screenshots(20),
        "screenshot 720x1560, JPEG": lambda: screenshots(20, (720, 1560)),
        "screenshot on its side": lambda: (
            [(encoded(screen(1080, 2340).rotate(90, expand=True)), Look.PICTURE, ("31405",))] * 5
        ),
        "scan, PDF, 200 dpi, straight": lambda: [(as_pdf([form_page()]), Look.SCAN, known)] * 5,
        "scan, PDF, 200 dpi, 3 degrees": lambda: [(as_pdf([scanned(form_page(), degrees=3)]), Look.SCAN, known)] * 5,
        "photograph of a form, 12 megapixels": lambda: [(encoded(photo), Look.PICTURE, known)] * 5,
        "photograph of a form, 39 megapixels": lambda: [(encoded(photo.resize((5400, 7200))), Look.PICTURE, known)] * 3,
    }


def work(tasks: Sequence[Task]) -> Taken:
    """One worker's life: it loads the models with a first small picture, then looks at all of `tasks`."""
    setrlimit(RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    began = time.process_time()
    look_at(encoded(screen(540, 600)), Look.PICTURE)
    loading = time.process_time() - began
    cpu, missed = [], 0
    for content, look, words in tasks:
        began = time.process_time()
        sight = look_at(content, look)
        cpu.append(time.process_time() - began)
        read = {line.text for page in sight.pages for line in page.lines}
        missed += not set(words) <= read
    return Taken(loading, tuple(cpu), getrusage(RUSAGE_SELF).ru_maxrss * 1024, missed)


def main() -> None:
    """Prints one line for each kind of file, and one for a backlog."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=200, help="of the backlog; 0: none")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-kinds", dest="kinds", action="store_false", help="only the backlog")
    chosen = parser.parse_args()
    context = get_context("spawn")
    for name, draw in (kinds() if chosen.kinds else {}).items():
        with context.Pool(1) as pool:
            taken = pool.apply(work, (draw(),))
        tell(name, taken)
    if not chosen.pictures:
        return
    tasks = screenshots(chosen.pictures)
    shares = [list(itertools.islice(tasks, number, None, chosen.workers)) for number in range(chosen.workers)]
    began = time.perf_counter()
    with context.Pool(chosen.workers) as pool:
        all_taken = pool.map(work, shares, chunksize=1)
    wall = time.perf_counter() - began
    for number, taken in enumerate(all_taken, 1):
        tell(f"backlog, worker {number}", taken)
    rate = chosen.pictures / wall * 60
    print(f"backlog: {chosen.pictures} screenshots in {wall:.0f} s of wall time, {rate:.0f} a minute")


def tell(name: str, taken: Taken) -> None:
    """One line."""
    cpu = sorted(taken.cpu)
    middle, longest = cpu[len(cpu) // 2], cpu[-1]
    memory = f"resident {taken.resident / 1e6:.0f} MB"
    seconds = f"CPU {middle:.2f} s (longest {longest:.2f}), loading {taken.loading:.1f} s"
    print(f"{name:38} {len(cpu):4} files  {seconds}  {memory}  missed a word in {taken.missed}", flush=True)


if __name__ == "__main__":
    main()
