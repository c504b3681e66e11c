"""Traces: by what material that was handed in once is known again, whoever hands it in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from mailflow.model.facts import FormReading, Role, Shown
from mailflow.model.sight import Seal

STUDY_ID = "study_id"
_ONE_OWNER = frozenset({Role.PROFILE, Role.ANSWERS, Role.SHARE, Role.PHOTO})
"""Pictures that can only be one applicant's. What proves an activity may be many people's."""


class TraceKind(StrEnum):
    """What is the same."""

    FILE = "file"  # a picture, byte by byte
    PIXELS = "pixels"  # a picture that was stored again
    STUDY_ID = "study-id"  # a 学号, on a form or in a picture


@dataclass(frozen=True, slots=True)
class Trace:
    """One thing to know material by: `key` is a SHA-256 or a 学号."""

    kind: TraceKind
    key: str


@dataclass(frozen=True, slots=True)
class Use:
    """A trace that another entry of the campaign bears, and whose entry that is."""

    trace: Trace
    ref: str | None
    applicant: str
    category: str


class Material(Protocol):
    """What is known of a file: FileFacts of a mail that is judged, FiledFile of an entry that is kept."""

    @property
    def sha256(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def shown(self) -> Shown | None: ...
    @property
    def scan(self) -> FormReading | None: ...
    @property
    def seal(self) -> Seal | None: ...
    @property
    def pixels(self) -> str | None: ...


def traces_of(files: Iterable[Material], study_ids: Iterable[object]) -> frozenset[Trace]:
    """The traces of these files, and of a 学号 wherever it stands (None and "" are none).

    The same four figures (学号, total, annual, day) need no trace of their own: the 学号 among them is one.
    """
    traces: set[Trace] = set()
    numbers = set(study_ids)
    for file in files:
        if is_of_one_owner(file):
            traces.add(Trace(TraceKind.FILE, file.sha256))
            if file.pixels:
                traces.add(Trace(TraceKind.PIXELS, file.pixels))
        numbers |= {values.get(STUDY_ID) for values in (_shown(file), _scanned(file))}
    return frozenset(traces | {Trace(TraceKind.STUDY_ID, str(one)) for one in numbers if one})


def is_of_one_owner(file: Material) -> bool:
    """Whether the file can only belong to one applicant: a screenshot, a portrait, a stamped form that is not blank."""
    if file.role is not Role.FORM_SCAN:
        return file.role in _ONE_OWNER
    is_looked_at = file.seal is not None or file.scan is not None
    return not is_looked_at or file.seal is Seal.PRESENT or bool(_scanned(file))


def _shown(file: Material) -> dict[str, object]:
    return dict(file.shown.values) if file.shown is not None else {}


def _scanned(file: Material) -> dict[str, object]:
    return dict(file.scan.fields) if file.scan is not None else {}
