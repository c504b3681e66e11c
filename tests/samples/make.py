"""Writes the numbered samples beside it: `python tests/samples/make.py`, then `--golden` to write their answers too.

The same samples give the same bytes. A new answer is read by a person before it is committed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


def samples() -> Iterator[tuple[str, str, bytes]]:
    """Name, what it is, and the bytes, in order."""
    random.seed(0)  # the standard library draws its boundaries; some mails are made as the scenes are loaded
    sys.path.insert(0, str(ROOT))
    try:
        from tests.samples.scenes_batches import BATCHES
        from tests.samples.scenes_charsets import CHARSETS
        from tests.samples.scenes_habits import HABITS
        from tests.samples.scenes_office import OFFICE
        from tests.samples.scenes_people import CLOUD, ETIQUETTE, HOSTILE, IDENTITY
        from tests.samples.scenes_structure import STRUCTURE
        from tests.samples.scenes_wrappings import WRAPPINGS
    finally:
        sys.path.remove(str(ROOT))
    number = 0
    for scenes in (CHARSETS, STRUCTURE, WRAPPINGS, CLOUD, BATCHES, ETIQUETTE, IDENTITY, HOSTILE, HABITS, OFFICE):
        for what, build in scenes.items():
            number += 1
            random.seed(number)
            yield f"{number:03}", what, build()


def main() -> None:
    """Writes all of them, and the list of what they are."""
    for old in FOLDER.glob("[0-9][0-9][0-9].eml"):
        old.unlink()
    lines = [
        "# The samples",
        "",
        "Written by `make.py`; `NNN.json` is the golden judgement and reply of `NNN.eml`.",
        "",
    ]
    judge = None
    if "--golden" in sys.argv:
        from mailflow.testing.samples import judged

        judge = judged
    for name, what, raw in samples():
        (FOLDER / f"{name}.eml").write_bytes(raw)
        lines.append(f"- {name}: {what}")
        if judge is not None:
            (FOLDER / f"{name}.json").write_text(judge(raw), encoding="utf-8")
    (FOLDER / "README.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
