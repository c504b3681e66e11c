"""LibreOffice as a person's word processor: saves a docx in other formats, for the tests that read them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mailflow.sight.bounded import run

FORMATS = {"doc": "doc:MS Word 97", "wps": "doc:MS Word 97", "rtf": "rtf", "odt": "odt", "docx": "docx", "pdf": "pdf"}
"""By extension: what is saved. WPS writes the format of Word 97 under a name of its own."""


def save_as(extension: str, files: Mapping[str, bytes], *, source: str = "docx") -> dict[str, bytes]:
    """Each of `files` (of the format `source`) opened and saved as `extension`, in one run, by the same keys."""
    with tempfile.TemporaryDirectory(prefix="mailflow-") as made:
        folder = Path(made).resolve()
        paths = {key: folder / f"{number}.{source}" for number, key in enumerate(files)}
        for key, path in paths.items():
            path.write_bytes(files[key])
        profile, out = (folder / "profile").as_uri(), folder / "out"
        how = ("--headless", "--norestore", "--convert-to", FORMATS[extension], "--outdir", str(out))
        program = shutil.which("soffice") or "libreoffice"
        run([program, f"-env:UserInstallation={profile}", *how, *map(str, paths.values())], folder, cpu_seconds=60)
        ending = FORMATS[extension].partition(":")[0]
        return {key: (out / f"{path.stem}.{ending}").read_bytes() for key, path in paths.items()}
