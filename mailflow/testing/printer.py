"""Prints a docx: LibreOffice lays it out, and its first page becomes a picture."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

SECONDS = 120


def available() -> str | None:
    """None if a docx can be printed here, else what is missing."""
    if shutil.which("soffice") is None:
        return "there is no LibreOffice (Debian: apt-get install libreoffice-writer-nogui)"
    return None


def printed(documents: Sequence[bytes], *, dpi: int = 200) -> list[Image.Image]:
    """The first page of each docx as it comes out of a printer, all in one run of LibreOffice."""
    import pypdfium2

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        names = [place / f"{number}.docx" for number in range(len(documents))]
        for name, content in zip(names, documents, strict=True):
            name.write_bytes(content)
        command = ["soffice", f"-env:UserInstallation={(place / 'profile').as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", "pdf", "--outdir", folder, *map(str, names)]
        subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)  # noqa: S603  our own files
        pages = []
        for name in names:
            with pypdfium2.PdfDocument(name.with_suffix(".pdf").read_bytes()) as document:
                pages.append(document[0].render(scale=dpi / 72).to_pil().convert("RGB"))
    return pages
