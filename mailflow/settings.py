"""Settings: `mailflow.toml`, each key also as environment `MAILFLOW_<SECTION>__<KEY>`, which wins.

Relative paths are relative to the settings file (without one: to the working folder).
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailflow.errors import SettingsError
from mailflow.sections import Alarm, Imap, Letters, Limits, Reading, Recipients, Smtp, Units

DEFAULT_FILE = Path("mailflow.toml")

S = TypeVar("S")


class Settings(BaseSettings):
    """All settings. `base` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(
        env_prefix="MAILFLOW_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    campaign: str = "shanxi-2020"
    data: str = "data"
    mode: Literal["live", "shadow"] = "live"
    imap: Imap | None = None
    smtp: Smtp | None = None
    limits: Limits = Limits()
    reading: Reading = Reading()
    recipients: Recipients = Recipients()
    letters: Letters = Letters()
    alarm: Alarm | None = None
    units: Units = Units()
    base: Path = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return (env_settings, init_settings)

    @property
    def data_folder(self) -> Path:
        """Where the run-time state lies."""
        return (self.base / self.data).resolve()

    def imap_or_refuse(self) -> Imap:
        """`[imap]`. Raises SettingsError where it is not set."""
        return _or_refuse(self.imap, "imap")

    def smtp_or_refuse(self) -> Smtp:
        """`[smtp]`. Raises SettingsError where it is not set."""
        return _or_refuse(self.smtp, "smtp")

    def path(self, name: str) -> Path:
        """A path of the settings, resolved."""
        return (self.base / name).resolve()


def _or_refuse(section: S | None, name: str) -> S:
    if section is None:
        raise SettingsError(f"[{name}] is not set: run `mailflow init` for a commented mailflow.toml, or set it there")
    return section


def load_settings(file: Path | None = None) -> Settings:
    """Reads `file` (default ./mailflow.toml where it exists) and the environment.

    Raises SettingsError that lists everything wrong at once: file, key and what would be right.
    """
    path = file or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    written: dict[str, Any] = _read(path) if path else {}
    written["base"] = path.resolve().parent if path else Path.cwd()
    source = str(path) if path else "environment"
    wrong = _unknown_in_environment()
    try:
        settings = Settings(**written)
    except ValidationError as error:
        wrong = [*(_complaint(source, one) for one in error.errors()), *wrong]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return settings


def _unknown_in_environment() -> list[str]:
    """Complaints of `MAILFLOW_<SECTION>__<KEY>` whose section there is none of; unknown keys are told by pydantic."""
    wrong = []
    for name in sorted(os.environ):
        section = name.upper().removeprefix("MAILFLOW_").partition("__")[0].lower()
        if name.upper().startswith("MAILFLOW_") and "__" in name and section not in Settings.model_fields:
            wrong.append(f"environment: {name}: unknown section" + _suggestion([section]))
    return wrong


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; `mailflow init` writes one") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8; save the file as UTF-8") from error
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error


def _complaint(source: str, error: Any) -> str:
    keys = [str(one) for one in error["loc"]]
    text = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        text = "unknown key" + _suggestion(keys)
    elif error["type"] == "missing":
        text = "is not set"
    return f"{source}: {'.'.join(keys)}: {text}"


def _suggestion(keys: list[str]) -> str:
    model: Any = Settings
    for key in keys[:-1]:
        annotation = model.model_fields[key].annotation if key in model.model_fields else None
        options = getattr(annotation, "__args__", (annotation,))
        model = next((one for one in options if isinstance(one, type) and issubclass(one, BaseModel)), None)
        if model is None:
            return ""
    known = [name for name in model.model_fields if name != "base"]
    near = difflib.get_close_matches(keys[-1], known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are: {', '.join(known)}"
