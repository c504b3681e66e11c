"""How well pictures are read: what was read beside what was drawn, and what a form would have made of it.

A value read in a picture counts only where the form says the same. So a wrong one does harm only where a form happens
to say the very same wrong thing: each picture is held against an honest form and against one in which every value is
false by a digit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from PIL import Image

from mailflow.documents.extract import extract
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FileFacts, Role, Value
from mailflow.model.message import Attachment, Message, Unpacked
from mailflow.model.sight import Look, Seal, Sight
from mailflow.testing.camera import TREATMENTS, Treatment
from mailflow.testing.drawn import encoded
from mailflow.testing.people import Person, false_form, nobody
from mailflow.testing.scenes import SCENES
from mailflow.testing.screens import SCREENS, SIZES, Screen

Eye = Callable[[bytes, Look], Sight]


@dataclass(frozen=True, slots=True)
class Trial:
    """One file of the corpus: its bytes, what it is, and what stands in it."""

    content: bytes
    look: Look
    role: Role
    truth: Mapping[str, Value]
    false: Mapping[str, Value]
    seal: Seal | None = None


@dataclass(slots=True)
class Tally:
    """What became of the files of one class and of the values in them.

    `told` and `mistold`: its role by its content, rightly and wrongly. `sealed` bear a seal that can be seen, on
    `seals` of them one was seen, and on `missealed` others.
    `refused`: not read, or read as no value. `accepted` counts wrong ones that a form said too, `exposed` the values
    of false forms that a picture, read rightly, contradicts.
    """

    files: int = 0
    told: int = 0
    mistold: int = 0
    sealed: int = 0
    seals: int = 0
    missealed: int = 0
    fields: int = 0
    right: int = 0
    refused: int = 0
    wrong: int = 0
    accepted: int = 0
    exposed: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, trial: Trial, read: FileFacts) -> None:
        """Counts one file."""
        self.files += 1
        by_content = read.told_by == "content"
        self.told += read.role is trial.role if by_content else trial.role is Role.UNKNOWN
        self.mistold += by_content and read.role is not trial.role
        self.sealed += trial.seal is Seal.PRESENT
        self.seals += trial.seal is Seal.PRESENT and read.seal is Seal.PRESENT
        self.missealed += trial.seal is not Seal.PRESENT and read.seal is Seal.PRESENT
        values = values_of(read)
        for key, true in trial.truth.items():
            self.fields += 1
            value = values.get(key)
            if value is None:
                self.refused += 1
            elif value == true:
                self.right += 1
                self.exposed += trial.false[key] != value
            else:
                self.wrong += 1
                self.accepted += value in (true, trial.false[key])
                self.errors.append(f"{key}: {true} read as {value}")


def values_of(read: FileFacts) -> Mapping[str, Value]:
    """What was read in a picture or scan."""
    if read.scan is not None:
        return read.scan.fields
    return read.shown.values if read.shown is not None else {}


def look_into(trial: Trial, eye: Eye, campaign: Campaign) -> FileFacts:
    """The facts of a file whose name tells nothing, once it was looked at."""
    sha256 = hashlib.sha256(trial.content).hexdigest()
    message = Message("0" * 64, 0, None, "", "", "", attachments=(Attachment("1", len(trial.content), sha256, ""),))
    sights = {sha256: eye(trial.content, trial.look)}
    (read,) = extract(Unpacked(message, {sha256: trial.content}), campaign, sights).files
    return read


def screen_trials(treatment: Treatment, *, rounds: int = 1, seed: int = 0) -> Iterator[Trial]:
    """Every screen in every size, `rounds` times with other people, after the treatment."""
    number = 1_000 * seed
    for _ in range(rounds):
        for screen in SCREENS:
            for size in SIZES:
                number += 1
                yield screen_trial(screen, size, treatment, number)


def screen_trial(screen: Screen, size: tuple[int, int], treatment: Treatment, seed: int) -> Trial:
    """One screen of somebody's telephone."""
    person = nobody(seed)
    content = treatment(screen.draw(person, size), seed)
    return Trial(content, Look.PICTURE, screen.role, *_said(person, screen.fields, seed))


def _said(person: Person, fields: tuple[str, ...], seed: int) -> tuple[Mapping[str, Value], Mapping[str, Value]]:
    """The truth about a person, and what a false form says."""
    false = false_form(person, seed)
    return {key: person.values[key] for key in fields}, {key: false[key] for key in fields}


def scene_trials(draw: Callable[[int], Image.Image], *, rounds: int = 1, seed: int = 0) -> Iterator[Trial]:
    """Pictures of something else, five a round: none of them may be taken for a page."""
    for number in range(5 * rounds):
        content = encoded(draw(50_000 + 1_000 * seed + number), quality=70)
        yield Trial(content, Look.PICTURE, Role.UNKNOWN, {}, {})


def scene_classes(*, rounds: int = 1, seed: int = 0) -> Iterator[tuple[str, Iterator[Trial]]]:
    """The classes of pictures that are none of the pages."""
    for name, draw in SCENES.items():
        yield name, scene_trials(draw, rounds=rounds, seed=seed)


def screen_classes(*, rounds: int = 1, seed: int = 0) -> Iterator[tuple[str, Iterator[Trial]]]:
    """The classes of screenshots, by the ways they went."""
    for number, (name, treatment) in enumerate(TREATMENTS.items()):
        yield name, screen_trials(treatment, rounds=rounds, seed=100 * seed + number)
