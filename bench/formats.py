"""How well electronic forms are read, format by format: each blank form filled in, and saved as people do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mailflow.documents.extract import extract
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Value
from mailflow.model.message import Attachment, Message, Unpacked
from mailflow.model.sight import Look, Sight
from mailflow.sight.office import convert
from mailflow.testing import forms
from mailflow.testing.filled import expected, written
from mailflow.testing.foreign import save_as
from mailflow.testing.text_pdf import as_pdf

CONVERTED = ("doc", "wps", "rtf", "odt")
Files = Mapping[str, bytes]
"""One file for each category, by its id."""


@dataclass(slots=True)
class Format:
    """What became of the values in the forms of one format."""

    files: int = 0
    fields: int = 0
    right: int = 0
    refused: int = 0
    wrong: int = 0

    def add(self, truth: Mapping[str, Value], read: Mapping[str, Value]) -> None:
        """Counts one form; a value of a field that was left empty is wrong."""
        self.files += 1
        self.fields += len(truth)
        self.right += sum(read.get(key) == value for key, value in truth.items())
        self.refused += sum(key not in read for key in truth)
        self.wrong += sum(truth.get(key) != value for key, value in read.items())


def formats(campaign: Campaign) -> Iterator[tuple[str, Format]]:
    """Each format, with what was read in it."""
    for name, files in _made(campaign):
        readable = {one.name: one.docx or b"" for one in convert(list(files.items()))} if name in CONVERTED else {}
        tally = Format()
        for category, content in files.items():
            truth = expected(campaign, campaign.category(category))
            tally.add(truth, _read(content, readable.get(category), campaign))
        yield name, tally


def _made(campaign: Campaign) -> Iterator[tuple[str, Files]]:
    filled = _each(campaign, forms.filled_controls)
    yield "docx", filled
    yield "docx, saved again by LibreOffice", save_as("docx", filled)
    for extension in CONVERTED:
        yield extension, save_as(extension, filled)
    yield "xlsx", _each(campaign, forms.as_workbook)
    yield "xls, et", _each(campaign, forms.as_old_workbook)
    yield "PDF with text", _each(campaign, as_pdf)
    yield "PDF with text, by LibreOffice", save_as("pdf", filled)


def _each(campaign: Campaign, make: Callable[[Campaign, str, Mapping[str, str]], bytes]) -> Files:
    return {one.id: make(campaign, one.id, written(campaign, one)) for one in campaign.categories}


def _read(content: bytes, docx: bytes | None, campaign: Campaign) -> Mapping[str, Value]:
    sha256 = hashlib.sha256(content).hexdigest()
    message = Message("0" * 64, 0, None, "", "", "", attachments=(Attachment("1", len(content), sha256, ""),))
    sights = {sha256: Sight(sha256, Look.DOCUMENT, converted="1")} if docx else {}
    unpacked = Unpacked(message, {sha256: content})
    (facts,) = extract(unpacked, campaign, sights, {sha256: docx} if docx else {}).files
    return facts.form.fields if facts.form is not None else {}
