"""Media types of files that do something when they are opened."""

from __future__ import annotations

_OPEN_XML = "application/vnd.openxmlformats-officedocument."
MACRO_TYPES = {
    _OPEN_XML + "wordprocessingml.document": "application/vnd.ms-word.document.macroEnabled.12",
    _OPEN_XML + "spreadsheetml.sheet": "application/vnd.ms-excel.sheet.macroEnabled.12",
    _OPEN_XML + "presentationml.presentation": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
    "application/msword": "application/x-msword-macros",
    "application/vnd.ms-excel": "application/x-ms-excel-macros",
    "application/vnd.ms-powerpoint": "application/x-ms-powerpoint-macros",
}
"""What a document with macros is called, by what it is called without; the older formats have no registered name."""

PROGRAM_TYPES = frozenset(
    {
        "application/x-msdownload", "application/x-dosexec", "application/x-executable", "application/x-mach-binary",
        "application/x-ms-shortcut", "application/x-script", "application/java-archive", "application/x-ms-installer",
        "application/vnd.android.package-archive", "application/x-unix-archive", "application/x-shockwave-flash",
        "application/x-iso9660-image", "application/x-chm", "application/vnd.debian.binary-package",
    }
)  # fmt: skip
"""Programs, scripts, shortcuts, and what installs or mounts them."""


def has_macros(media_type: str) -> bool:
    """Whether it is a document with macros in it."""
    return media_type in MACRO_TYPES.values()


def is_program(media_type: str) -> bool:
    """Whether opening it runs it."""
    return media_type in PROGRAM_TYPES
