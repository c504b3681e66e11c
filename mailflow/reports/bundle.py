"""The forms of a report as zip files, split over as many mails as their size asks for.

Sizes are planned from the files' own sizes, compression not counted on: a mail is never larger than planned.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.letters.table import csv_part
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import FiledFile
from mailflow.model.facts import Role
from mailflow.model.hazard import has_macros, is_program
from mailflow.model.letter import Part
from mailflow.reports.names import extension, is_compressed, is_known, safe_name
from mailflow.reports.roster import Roster
from mailflow.reports.rows import RosterRow
from mailflow.reports.words import Words, printable, words_of

FORMS = (Role.FORM, Role.FORM_SCAN)
EVERYTHING = (*FORMS, Role.PROFILE, Role.ANSWERS, Role.SHARE, Role.PHOTO, Role.EVIDENCE)
LETTER_BYTES = 60_000  # headers, text and HTML of a report, before encoding
_ENTRY_BYTES = 200  # the headers of a file in a zip (APPNOTE 4.3.7, 4.3.12), without its name
_ROW_BYTES = 300  # a row of the manifest, without path and applicant


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle: where it stands in the zip, and what it is."""

    path: str
    sha256: str
    size: int
    media_type: str
    ref: str
    applicant: str
    is_too_large: bool = False

    @property
    def folder(self) -> str:
        """The applicant's folder in the zip."""
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        """The file's name in its folder."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """One zip, the `number`-th of `of`. `stamp` is the time all its files carry.

    `encoded` is what zip and manifest take in a mail at most. Only a first one may be without files.
    """

    number: int
    of: int
    filename: str
    stamp: datetime
    files: tuple[BundleFile, ...]
    encoded: int

    @property
    def applicants(self) -> int:
        """How many entries have a file in it."""
        return len({one.ref for one in self.files})


def encoded_size(size: int) -> int:
    """The bytes that `size` bytes take in a mail: base64 in lines of 76 with CRLF (RFC 2045 §6.8)."""
    plain = math.ceil(size / 3) * 4
    return plain + math.ceil(plain / 76) * 2


def plan_bundles(roster: Roster, campaign: Campaign, *, max_bytes: int, first_extra: int = 0) -> tuple[BundlePlan, ...]:
    """Which file goes into which zip, so that no mail is larger than `max_bytes` as it is sent.

    `first_extra` are bytes, not encoded yet, of what goes beside the first zip (the workbook). A report brings the
    forms and stamped scans, a recommendation all that the applicants handed in. One applicant's files stay together
    unless they alone are too large; a single file that is too large goes alone and is marked so. No files: no plans.
    """
    words = words_of(campaign)
    groups = list(_groups(roster, words))
    packed = _pack(groups, max_bytes=max_bytes, first_extra=first_extra)
    stamp = roster.until.astimezone(campaign.zone)
    name = stem(roster, words, "forms")
    return tuple(
        BundlePlan(
            number=number,
            of=len(packed),
            filename=words.say(
                "bundle.only" if len(packed) == 1 else "bundle.part", name=name, number=number, of=len(packed)
            ),
            stamp=stamp,
            files=tuple(files),
            encoded=_cost(files),
        )
        for number, files in enumerate(packed, start=1)
    )


def write_bundle(plan: BundlePlan, content_of: Callable[[str], bytes]) -> bytes:
    """The zip of `plan`; `content_of` gives a file's bytes by SHA-256. The same plan gives the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for one in plan.files:
            entry = zipfile.ZipInfo(one.path, plan.stamp.timetuple()[:6])
            entry.create_system = 3  # Unix, whatever the host
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED if is_compressed(one.media_type) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content_of(one.sha256))
    return target.getvalue()


def manifest(plan: BundlePlan, words: Words) -> Part:
    """清单.csv of a zip: file, applicant, sha256, and a note where a file is too large or has macros; no formulas."""
    rows = ((one.path, printable(one.applicant), one.sha256, _note(one, words)) for one in plan.files)
    return csv_part(words.say("bundle.manifest"), ("file", "applicant", "sha256", "note"), rows)


def _note(file: BundleFile, words: Words) -> str:
    """What the manifest says of a file beside its name."""
    said = {"bundle.too-large": file.is_too_large, "bundle.has-macros": has_macros(file.media_type)}
    return " ".join(words.say(key) for key, holds in said.items() if holds)


def stem(roster: Roster, words: Words, what: str) -> str:
    """The name, without its extension, of a report's "list" or its "forms"."""
    if roster.series:
        return words.say(f"bundle.{what}", series=roster.series)
    dated = words.say("bundle.dated", title=roster.title, date=words.last_day(roster.until))
    return words.say(f"bundle.{what}-dated", dated=safe_name(dated.replace(": ", " - "), longest=60))


def paths(roster: Roster, campaign: Campaign) -> Mapping[str, tuple[BundleFile, ...]]:
    """The files that go with each row of `roster`, by ref; none where a row has no file to pass on."""
    return {files[0].ref: tuple(files) for files in _groups(roster, words_of(campaign))}


def folder(category: Category, row: RosterRow) -> str:
    """Where an applicant's files stand: "志愿审读员/007-省水利厅-王小明". The number keeps namesakes apart."""
    parts = (
        f"{row.number:03d}",
        safe_name(row.entry.unit or "", longest=24),
        safe_name(row.entry.applicant, longest=30),
    )
    return f"{safe_name(category.name, longest=40)}/{'-'.join(one for one in parts if one != '_')}"


def _groups(roster: Roster, words: Words) -> Iterator[list[BundleFile]]:
    """The files to pass on, one list an entry."""
    roles = EVERYTHING if roster.is_recommendation else FORMS
    for section in roster.sections:
        for row in section.rows:
            files = _files_of(row.entry.files, roles)
            if files:
                yield list(_placed(row, folder(section.category, row), files, words))


def _files_of(files: tuple[FiledFile, ...], roles: tuple[Role, ...]) -> list[FiledFile]:
    """`files` of these roles in the order of the roles, each content once; evidence only of known kinds, no program."""
    wanted = (
        one
        for one in files
        if one.role in roles and (one.role in FORMS or is_known(one.media_type)) and not is_program(one.media_type)
    )
    chosen = {one.sha256: one for one in wanted}
    return sorted(chosen.values(), key=lambda one: roles.index(one.role))


def _placed(row: RosterRow, where: str, files: list[FiledFile], words: Words) -> Iterator[BundleFile]:
    taken: set[str] = set()
    for one in files:
        label = safe_name(words.say(f"role.{one.role}"), longest=40)
        if has_macros(one.media_type):
            label = safe_name(words.say("bundle.macros", name=label), longest=60)
        name, count = f"{label}{extension(one.media_type)}", 1
        while name in taken:
            count += 1
            name = f"{label}-{count}{extension(one.media_type)}"
        taken.add(name)
        yield BundleFile(f"{where}/{name}", one.sha256, one.size, one.media_type, row.entry.ref, row.entry.applicant)


def _pack(groups: list[list[BundleFile]], *, max_bytes: int, first_extra: int) -> list[list[BundleFile]]:
    """Fills one mail after the other, in order. The first stays without a zip where nothing fits beside its extra."""
    packed: list[list[BundleFile]] = []
    room = max_bytes - LETTER_BYTES - encoded_size(first_extra)
    for unit in _units(groups, max_bytes - LETTER_BYTES):
        cost = _cost(unit)
        if not packed and (cost <= room or not first_extra):
            packed.append([])
        elif not packed:
            packed.extend(([], []))
            room = max_bytes - LETTER_BYTES
        elif cost > room:
            packed.append([])
            room = max_bytes - LETTER_BYTES
        packed[-1].extend(unit)
        room -= cost
    return packed


def _units(groups: list[list[BundleFile]], room: int) -> Iterator[list[BundleFile]]:
    """What stays together: an applicant's files, or single files where they do not fit into one mail together."""
    for group in groups:
        if _cost(group) <= room:
            yield group
            continue
        for one in group:
            yield [replace(one, is_too_large=_cost([one]) > room)]


def _cost(files: list[BundleFile]) -> int:
    """What `files` add to a mail at most: in the zip, and their rows in the manifest."""
    return sum(
        encoded_size(one.size + one.size // 1000 + _ENTRY_BYTES + 3 * len(one.path.encode()))
        + encoded_size(_ROW_BYTES + len(one.applicant.encode()))
        for one in files
    )
