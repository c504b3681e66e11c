"""LibreOffice turns older and foreign text documents into docx: many in one run, each run in a folder that is removed.

Its exit codes say nothing, so the file that it wrote is demanded and looked into. `--infilter` keeps it from taking any
bytes for text. Macros never run and links are never followed: each run has a profile of its own, with our settings.
Where it is missing, and for the tables that it loses (one that ends a .doc), antiword is asked.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailflow.documents.grid import Sheet
from mailflow.documents.kinds import Kind, kind_of
from mailflow.documents.oldtext import Format, OldText, old_text
from mailflow.documents.plain import write_docx
from mailflow.documents.word import read_docx
from mailflow.errors import ReadRefused
from mailflow.sight import antiword
from mailflow.sight.bounded import PRLIMIT, run

INSTALL = "apt-get install libreoffice-writer-nogui antiword bubblewrap"
START_SECONDS = 15
FILE_SECONDS = 1
"""CPU time for a run: to start, and for each file on top. A second and some hundredths are usual."""
MOST_IN_A_RUN = 25
MACROS = "it brings macros, which were not run"

_FILTERS = {Format.DOC: "MS Word 97", Format.RTF: "Rich Text Format", Format.ODT: "writer8"}
_OUT = "docx:MS Word 2007 XML"
_SETTINGS = {
    "Common/Security/Scripting": {
        "DisableMacrosExecution": "true",
        "MacroSecurityLevel": "3",
        "DisableActiveContent": "true",
        "BlockUntrustedRefererLinks": "true",
    },
    "Writer/Content/Update": {"Link": "0", "Field": "false", "Chart": "false"},
    "Java/VirtualMachine": {"Enable": "false"},
}
"""By path below org.openoffice.Office: no macros (3: very high), nothing from elsewhere, no links followed."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one file, by the name it was handed in with: the docx, or a finding code. `detail` says more."""

    name: str
    docx: bytes | None = None
    problem: str | None = None
    detail: str = ""


def available() -> str | None:
    """None where LibreOffice is here, else why not and what to do. Whether it works, only a conversion tells."""
    if _program() is None:
        return f"LibreOffice is not on this machine: install it (Debian: {INSTALL})"
    return None if shutil.which(PRLIMIT) else f"{PRLIMIT} is not on this machine: install util-linux"


def convert(contents: Sequence[tuple[str, bytes]]) -> list[Converted]:
    """The docx of each of `contents` (any name, which comes back, and the bytes), in their order.

    A file that cannot be converted takes no other with it. Raises OSError where the system is out of disk or processes.
    """
    refused: dict[int, Converted] = {}
    told: dict[int, OldText] = {}
    for at, (name, content) in enumerate(contents):
        known = _told(name, content)
        if isinstance(known, OldText):
            told[at] = known
        else:
            refused[at] = known
    written: dict[int, bytes] = {}
    for form in Format:
        written |= _converted({at: contents[at][1] for at, one in told.items() if one.format is form}, form)
    return [
        refused[at] if at in refused else _result(name, content, told[at], written.get(at))
        for at, (name, content) in enumerate(contents)
    ]


def _program() -> str | None:
    return shutil.which("soffice") or shutil.which("libreoffice")


def _told(name: str, content: bytes) -> OldText | Converted:
    """What the file is, or why nobody needs to try."""
    if kind_of(content) is Kind.ENCRYPTED_OFFICE:
        return Converted(name, problem="attachment.encrypted", detail="it asks for a password")
    try:
        told = old_text(content)
    except ReadRefused as error:
        return Converted(name, problem="attachment.unreadable", detail=str(error))
    if told is None:
        return Converted(name, problem="attachment.unsupported", detail="no format that can be converted to docx")
    return told


def _result(name: str, content: bytes, told: OldText, docx: bytes | None) -> Converted:
    """The better of what the two converters make of the file."""
    sheet, why = _looked_into(docx)
    by = "converted by LibreOffice"
    if told.format is Format.DOC and (sheet is None or not sheet.grids) and antiword.available() is None:
        rows = antiword.read(content)
        if rows is not None and (rows.grids or sheet is None):
            docx, sheet, by = write_docx(rows), rows, "converted by antiword"
    if docx is None or sheet is None:
        missing = available()
        problem = "attachment.unsupported" if missing else "attachment.unreadable"
        return Converted(name, problem=problem, detail=missing or why)
    return Converted(name, docx, detail=f"{by}; {MACROS}" if told.macros else by)


def _looked_into(docx: bytes | None) -> tuple[Sheet | None, str]:
    """What stands in the docx that LibreOffice wrote, None where that is none, and why."""
    if docx is None:
        return None, "LibreOffice cannot read it"
    try:
        return read_docx(docx), ""
    except ReadRefused as error:
        return None, f"what LibreOffice made of it: {error}"


def _converted(files: Mapping[int, bytes], form: Format) -> dict[int, bytes]:
    """What LibreOffice writes for each of `files`. It takes them in order, and one may be the end of it."""
    if available() is not None:
        return {}
    found: dict[int, bytes] = {}
    left = list(files)
    while left:
        batch, left = left[:MOST_IN_A_RUN], left[MOST_IN_A_RUN:]
        code, written = _one_run({at: files[at] for at in batch}, form)
        found |= written
        unmade = [at for at in batch if at not in written]
        if code != 0:  # it came no further than the first that it did not make
            left = unmade[1:] + left
    return found


def _one_run(files: Mapping[int, bytes], form: Format) -> tuple[int | None, dict[int, bytes]]:
    """Exit code (None: it was killed) and the files written, by the number of their originals."""
    with tempfile.TemporaryDirectory(prefix="mailflow-") as made:
        folder = Path(made).resolve()
        profile, out = folder / "profile", folder / "out"
        (profile / "user").mkdir(parents=True)
        out.mkdir()
        (profile / "user" / "registrymodifications.xcu").write_text(_profile(), encoding="utf-8")
        paths = {at: folder / f"{at}.{form.value}" for at in files}
        for at, path in paths.items():
            path.write_bytes(files[at])
        code = run(
            [
                str(_program()),
                f"-env:UserInstallation={profile.as_uri()}",
                *("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard"),
                f"--infilter={_FILTERS[form]}",
                *("--convert-to", _OUT, "--outdir", str(out)),
                *map(str, paths.values()),
            ],
            folder,
            cpu_seconds=START_SECONDS + FILE_SECONDS * len(files),
        )
        return code, dict(_written(out, paths))


def _written(out: Path, paths: Mapping[int, Path]) -> Iterator[tuple[int, bytes]]:
    for at, path in paths.items():
        target = out / f"{path.stem}.docx"
        if target.is_file() and not target.is_symlink():
            yield at, target.read_bytes()


def _profile() -> str:
    """The settings as LibreOffice keeps them."""
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, settings in _SETTINGS.items()
        for name, value in settings.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )
