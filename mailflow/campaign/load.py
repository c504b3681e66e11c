"""A campaign from its file: found, read, checked, built."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from mailflow import resources
from mailflow.campaign.build import build, flat
from mailflow.campaign.check import check
from mailflow.errors import CampaignError
from mailflow.model.campaign import Campaign


def load_campaign(name_or_path: str, *, base: Path | None = None) -> Campaign:
    """The campaign of a file (relative to `base`, else to the working folder), or a shipped one by its name.

    Its language's sentences come from templates/<language>/phrases.toml where that exists.
    Raises CampaignError for a file that is not there, cannot be read, or has mistakes (all of them at once).
    """
    path = _find(name_or_path, base)
    text = _read(path)
    return parse_campaign(text, source=str(path), phrases=_phrases())


def parse_campaign(text: str, *, source: str, phrases: Mapping[str, Mapping[str, str]]) -> Campaign:
    """The campaign of a file's `text`; `source` names the file in errors.

    `phrases` maps a language to its sentences by code; the file's own [phrases] stand over them.
    Raises CampaignError that lists every mistake with line, key path and what would be right.
    """
    return build(check(_parse(text, source), text, source), phrases)


def _find(name_or_path: str, base: Path | None) -> Path:
    path = (base or Path()) / name_or_path
    if path.is_file():
        return path
    shipped = resources.find("schedules", f"{name_or_path.removesuffix('.toml')}.toml")
    if shipped is not None and Path(name_or_path).name == name_or_path:
        return shipped
    names = sorted({one.stem for folder in resources.folders("schedules") for one in folder.glob("*.toml")})
    raise CampaignError(
        f"there is no campaign file {path}; name a file, or one of the shipped campaigns: {', '.join(names)}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CampaignError(f"{path}: not in UTF-8 (byte {error.start}); save it again as UTF-8") from None
    except OSError as error:
        raise CampaignError(f"{path}: cannot be read ({error.strerror}); check its permissions") from None


def _parse(text: str, source: str) -> dict[str, object]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise CampaignError(f"{source}: not valid TOML: {error}; see schedules/README.md") from None


def _phrases() -> dict[str, dict[str, str]]:
    """The sentences of every language that has them."""
    languages = {
        path.parent.name for folder in resources.folders("templates") for path in folder.glob("*/phrases.toml")
    }
    found = {}
    for language in sorted(languages):
        path = resources.find("templates", f"{language}/phrases.toml")
        if path is not None:
            found[language] = dict(flat(_parse(_read(path), str(path))))
    return found
