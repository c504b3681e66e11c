"""`mailflow backup`: the database by SQLite's own backup, then every file it may speak of."""

from __future__ import annotations

import shutil
from pathlib import Path

from mailflow.cli.context import Context
from mailflow.errors import SettingsError
from mailflow.wiring import DATABASE

CONTENTS = ("spool", "files")


def back_up(context: Context, directory: Path) -> None:
    """Copies the data folder into `directory`, which must be new or empty, while the daemon runs.

    The database comes first: every file it speaks of is there before it and never changes afterwards. The filed
    folders are not copied; the next run makes them again.
    """
    if directory.exists() and any(directory.iterdir()):
        raise SettingsError(f"{directory} is not empty: name a new folder for each backup")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with context.world() as world:
        world.database.backup_to(directory / DATABASE)
        _mark_as_copy(directory / DATABASE)
        count = 0
        for name in CONTENTS:
            for path in (world.data / name).glob("*/*"):
                if not path.name.startswith("."):
                    target = directory / name / path.parent.name / path.name
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    shutil.copy2(path, target)
                    count += 1
        units = world.data / "units.csv"
        if units.is_file():
            shutil.copy2(units, directory / units.name)
    print(f"{directory}: the books and {count} files")


def _mark_as_copy(path: Path) -> None:
    """Whoever runs on the copy must know that it is one, and hold what may have left since."""
    from mailflow.steps.restored import COPY
    from mailflow.store.database import Database

    database = Database(path)
    with database.write() as books:
        books.note(COPY, "yes")
    database.close()
