"""look: files that no quick reader can read are looked at; a mail that was judged before that is judged again.

A look is counted before it is taken. A file that breaks what looks at it twice is noted as unreadable, and a person
looks at it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from time import monotonic

from mailflow.errors import StoreError
from mailflow.maillog import log, short
from mailflow.model.sight import Look, Sight
from mailflow.steps.eyes import LookTask, unreadable
from mailflow.steps.lookout import judge_again
from mailflow.steps.readers import Failed
from mailflow.steps.world import World
from mailflow.store.sights import Wanted

BATCH = 40
SECONDS = 20.0
MOST_ATTEMPTS = 2


def look(world: World, *, seconds: float = SECONDS, stop: threading.Event | None = None) -> int:
    """Looks at files that wait for it; says how many it took up. 0: none waits, or none that can be looked at here.

    None is begun once `seconds` are over, or `stop` is set. Raises StoreError.
    """
    with world.database.read() as books:
        wanted = books.sights.waiting(world.eyes.looks, BATCH)
    documents = [one for one in wanted if one.look is Look.DOCUMENT]
    pictures = [one for one in wanted if one.look is not Look.DOCUMENT]
    if documents:
        _convert(world, documents)
    _look_at(world, pictures, monotonic() + seconds, stop or threading.Event())
    return len(wanted)


def _convert(world: World, documents: Sequence[Wanted]) -> None:
    """Converts all of them at once: a converter takes longer to start than to convert."""
    assert world.eyes.convert is not None
    spent = [one for one in documents if one.attempts >= MOST_ATTEMPTS]
    if spent:  # a converter that broke over them takes the others with it: they are tried no more
        _note(world, [unreadable(LookTask(one.sha256, one.look), "it broke the converter") for one in spent])
    tasks = [LookTask(one.sha256, one.look) for one in documents if one not in spent]
    if not tasks:
        return
    _begin(world, tasks)
    try:
        sights = world.eyes.convert(tasks, world.files)
    except StoreError:
        with suppress(StoreError), world.database.write() as books:
            books.sights.excuse_attempt(one.sha256 for one in tasks)
        raise
    _note(world, sights)


def _look_at(world: World, pictures: Sequence[Wanted], until: float, stop: threading.Event) -> None:
    """Looks at pictures side by side, and notes each as it is there."""
    attempts = {one.sha256: one.attempts + 1 for one in pictures}

    def tasks() -> Iterator[LookTask]:
        for one in pictures:
            if stop.is_set() or monotonic() > until:
                return
            _begin(world, [one])
            yield LookTask(one.sha256, one.look)

    if not pictures or world.eyes.pictures is None:
        return
    for task, result in world.eyes.pictures.read(tasks()):
        if not isinstance(result, Failed):
            _note(world, [result])
        elif result.is_of_store:
            raise StoreError(result.error)
        else:
            log("look").error("failed", file=short(task.sha256), exception=result.error)
            if attempts.get(task.sha256, 1) >= MOST_ATTEMPTS:
                _note(world, [unreadable(task, result.error)])


def _begin(world: World, wanted: Sequence[Wanted | LookTask]) -> None:
    with world.database.write() as books:
        books.sights.begin_attempt(one.sha256 for one in wanted)


def _note(world: World, sights: Sequence[Sight]) -> None:
    """Notes what was seen, and puts back the mails that were judged without it."""
    with world.database.write() as books:
        now = world.now()
        for sight in sights:
            books.sights.saw(sight, now)
        for row in books.sights.judged_too_early():
            judge_again(books, row)
            books.record(f"message:{row.sha256}", "seen", now, state=row.state)
    log("look").info("seen", count=len(sights))
