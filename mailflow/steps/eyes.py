"""The slow readers: which looks can be taken here, and what takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from mailflow.model.sight import Look, Sight
from mailflow.steps.readers import Failed, Readers
from mailflow.store.spool import Spool

Convert: TypeAlias = "Callable[[Sequence[LookTask], Spool], list[Sight]]"
"""Converts documents, all in one go, and keeps what came of them in the spool."""


@dataclass(frozen=True, slots=True)
class LookTask:
    """One file to be looked at: its hash, and the look that it needs."""

    sha256: str
    look: Look


@dataclass(frozen=True, slots=True)
class Eyes:
    """`looks`: those that can be taken. `pictures` takes them of pictures and scans, `convert` of documents.

    `wait`: so long the judgement of a mail waits for its files to be looked at; with the daemon's ticks, its receipt
    waits a minute at most.
    """

    looks: frozenset[Look] = frozenset()
    pictures: Readers[LookTask, Sight] | None = None
    convert: Convert | None = None
    wait: timedelta = timedelta(seconds=45)

    def look_at_all(self, tasks: Sequence[LookTask], files: Spool) -> Iterator[Sight]:
        """What is seen in each of these files, in no set order."""
        documents = [one for one in tasks if one.look is Look.DOCUMENT]
        if documents and self.convert is not None:
            yield from self.convert(documents, files)
        if self.pictures is not None:
            for task, result in self.pictures.read(one for one in tasks if one.look is not Look.DOCUMENT):
                yield unreadable(task, result.error) if isinstance(result, Failed) else result

    def close(self) -> None:
        """Ends the children."""
        if self.pictures is not None:
            self.pictures.close()


def unreadable(task: LookTask, error: str) -> Sight:
    """The sight of a file that broke what looked at it: a person looks at it."""
    return Sight(task.sha256, task.look, problem="attachment.unreadable", detail=error)
