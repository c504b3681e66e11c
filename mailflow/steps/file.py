"""file: the filed folders follow the books. A crash leaves at most a folder that lags; the next call mends it."""

from __future__ import annotations

from mailflow.model.entry import KnownEntry
from mailflow.reports.summary import entry_summary
from mailflow.steps.world import World
from mailflow.store.cabinet import SUMMARY, folder_name, names_of

GROUP = 100


def file_entries(world: World) -> int:
    """Writes the folders of entries that have changed; says how many."""
    with world.database.read() as books:
        rows = books.entries.unfiled(GROUP)
        entries = books.entries.known(rows)
        former = {row.ref: row.filed_as for row in rows}
    folders: dict[str, str] = {}
    for entry in entries:
        folder = folder_of(world, entry)
        page = {SUMMARY: entry_summary(entry, world.campaign)}
        world.cabinet.file(folder, entry.files, page, was=former[entry.ref])
        folders[entry.ref] = folder
    if folders:
        with world.database.write() as books:
            for row in rows:
                if row.ref in folders:
                    books.entries.filed(row.ref, row.version, folders[row.ref])
    return len(folders)


def folder_of(world: World, entry: KnownEntry) -> str:
    """The entry's folder below filed/."""
    return folder_name(world.campaign.category(entry.category).name, entry.ref, entry.applicant)


def paths_of(world: World, entry: KnownEntry) -> list[str]:
    """Where the entry's files lie, below the data folder, in the order of the entry."""
    folder = folder_of(world, entry)
    names = names_of(entry.files)
    return [f"{world.cabinet.root.name}/{folder}/{names[one.sha256]}" for one in entry.files]
