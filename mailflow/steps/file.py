"""file: the filed folders follow the books. A crash leaves at most a folder that lags; the next call mends it."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow.errors import StoreError
from mailflow.model.entry import FiledFile, KnownEntry
from mailflow.model.judgement import Judgement
from mailflow.reports.summary import entry_summary
from mailflow.reports.words import words_of
from mailflow.steps.world import World
from mailflow.store.books import Books
from mailflow.store.cabinet import SUMMARY, folder_name, names_of
from mailflow.store.holding import BESIDE
from mailflow.store.tables import EntryRow

GROUP = 100

Beside = dict[str, dict[str, list[FiledFile]]]
"""By receipt number: the files of mails that did not change the entry, by the folder within to keep them in."""


def file_entries(world: World) -> int:
    """Writes the folders of entries that have changed; says how many.

    Raises StoreError at the end where one cannot be written; the others are, all the same.
    """
    with world.database.read() as books:
        rows = books.entries.unfiled(GROUP)
        entries = books.entries.known(rows)
        beside = _beside(world, books, rows)
        former = {row.ref: row.filed_as for row in rows}
    folders: dict[str, str] = {}
    refusal: StoreError | None = None
    for entry in entries:
        folder = folder_of(world, entry)
        page = {SUMMARY: entry_summary(entry, world.campaign)}
        try:
            world.cabinet.file(folder, entry.files, page, was=former[entry.ref], beside=beside.get(entry.ref))
            folders[entry.ref] = folder
        except StoreError as error:
            refusal = refusal or error
    if folders:
        with world.database.write() as books:
            books.entries.filed({row.ref: (row.version, folders[row.ref]) for row in rows if row.ref in folders})
    if refusal is not None:
        raise refusal
    return len(folders)


def _beside(world: World, books: Books, rows: Sequence[EntryRow]) -> Beside:
    found: Beside = {}
    words = words_of(world.campaign)
    for row, mail in books.entries.came_beside(rows):
        at = f"{mail.arrived_at.astimezone(world.campaign.zone):%Y-%m-%d %H.%M}"
        files = _files_for(row.ref, books.messages.judgement(mail))
        if files:
            found.setdefault(row.ref, {}).setdefault(words.say("entry.beside", at=at), []).extend(files)
    return found


def _files_for(ref: str, judgement: Judgement | None) -> list[FiledFile]:
    submissions = judgement.submissions if judgement else ()
    return [file for one in submissions if one.ref == ref and one.relation in BESIDE for file in one.files]


def folder_of(world: World, entry: KnownEntry) -> str:
    """The entry's folder below filed/."""
    return folder_name(world.campaign.category(entry.category).name, entry.ref, entry.applicant)


def paths_of(world: World, entry: KnownEntry) -> list[str]:
    """Where the entry's files lie, below the data folder, in the order of the entry."""
    folder = folder_of(world, entry)
    names = names_of(entry.files)
    return [f"{world.cabinet.root.name}/{folder}/{names[one.sha256]}" for one in entry.files]
