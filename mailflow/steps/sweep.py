"""sweep: what a crash may have left behind is put right: folders that nobody owns, temporary files."""

from __future__ import annotations

from mailflow.maillog import log
from mailflow.steps.world import World

TEMPORARY = ".new-*"


def sweep(world: World) -> int:
    """Removes orphans, has lost folders filed again; says how many orphans there were.

    Only for the one daemon of the data folder, and not beside other steps.
    """
    removed = 0
    for root in (world.spool.root, world.files.root):
        for path in root.glob(f"*/{TEMPORARY}"):
            path.unlink(missing_ok=True)
            removed += 1
    with world.database.read() as books:
        folders = books.entries.folders()
    removed += world.cabinet.sweep(folders)
    lost = [folder for folder in folders if not world.cabinet.is_filed(folder)]
    if lost:
        with world.database.write() as books:
            books.entries.refile(lost)
        log("sweep").info("to be filed again", count=len(lost))
    if removed:
        log("sweep").info("swept", count=removed)
    return removed
