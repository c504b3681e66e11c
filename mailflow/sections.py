"""The tables of the settings file: their keys, defaults and what each must be."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from mailflow.errors import SettingsError

ADDRESS = re.compile(r"[!#-'*+\-/-9=?A-Z^-~.]{1,64}@[A-Za-z0-9.\-]{1,253}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def _listed(value: object) -> object:
    """A list may be written as one text with commas or semicolons, or as JSON (in the environment)."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        with suppress(ValueError):
            return json.loads(value)
    if isinstance(value, str):
        return [one.strip() for one in value.replace(";", ",").split(",") if one.strip()]
    return value


def _no_empty(value: object) -> object:
    return None if value == "" else value


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise ValueError("is no mail address; write it like office@unit.example.cn, without a name")
    return value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Address = Annotated[str, AfterValidator(_address)]
Addresses = Annotated[tuple[Address, ...], NoDecode, BeforeValidator(_listed)]
Security = Literal["tls", "starttls", "none"]


class Section(BaseModel):
    """A table of the settings file: unknown keys are refused, secrets stay out of messages."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Account(Section):
    """What a login takes. `password_file` names a file that holds the password."""

    host: str = Field(min_length=1)
    port: int = Field(ge=1, le=65535)
    security: Security = "tls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    ca_file: str = ""

    @model_validator(mode="after")
    def _plain_only_at_home(self) -> Account:
        if self.security == "none" and self.host.lower() not in ("", *LOOPBACK):
            raise ValueError('security = "none" would send the password in clear; use "tls" or "starttls"')
        return self

    def secret(self, base: Path) -> str:
        """The password, read from its file where one is named. Raises SettingsError."""
        if not self.password_file:
            return self.password.get_secret_value()
        path = base / self.password_file
        try:
            return path.read_text(encoding="utf-8-sig").strip()
        except OSError as error:
            raise SettingsError(f"password_file {path}: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SettingsError(f"password_file {path}: not UTF-8; save the file as UTF-8") from None


class Imap(Account):
    """`[imap]`: the mailbox that is watched."""

    port: int = Field(default=993, ge=1, le=65535)
    folder: Names = ("INBOX",)
    since: Annotated[date | None, BeforeValidator(_no_empty)] = None
    after: Literal["keep", "mark", "move"] = "keep"
    filed_folder: str = ""
    poll_seconds: int = Field(default=60, ge=1)
    max_message_mb: int = Field(default=80, ge=1)
    authserv_id: str = ""

    @model_validator(mode="after")
    def _somewhere_to_move(self) -> Imap:
        if self.after == "move" and not self.filed_folder:
            raise ValueError('after = "move" needs filed_folder')
        return self


class Smtp(Account):
    """`[smtp]`: the account that letters leave from."""

    port: int = Field(default=465, ge=1, le=65535)
    sender: Address = ""
    sender_name: str = ""
    quota_15min: int = Field(default=0, ge=0)
    quota_day: int = Field(default=0, ge=0)

    @property
    def address(self) -> str:
        """The address that letters come from."""
        return self.sender or self.username


class Alarm(Smtp):
    """`[alarm]`: a second account for alarms, where it has a host, and who gets them."""

    host: str = ""
    to: Addresses = ()

    def account(self) -> Smtp | None:
        """The second account, None where only `to` is set."""
        if not self.host:
            return None
        return Smtp.model_validate(self.model_dump(exclude={"to"}))


class Limits(Section):
    """`[limits]`: what goes out, never what comes in; 0 is no limit."""

    replies_per_sender_hour: int = Field(default=20, ge=0)
    replies_per_unit_hour: int = Field(default=100, ge=0)
    replies_per_domain_hour: int = Field(default=200, ge=0)
    replies_per_hour: int = Field(default=0, ge=0)
    breaker_failures: int = Field(default=20, ge=0)
    quiet_minutes: float = Field(default=2, ge=0)


class Reading(Section):
    """`[reading]`: the slow readers, where they are installed."""

    pictures: bool = True
    documents: bool = True
    wait_seconds: float = Field(default=45, ge=0)
    children: int = Field(default=0, ge=0)


class Recipients(Section):
    """`[recipients]`: who gets the reports, and who gets alarms, digests and copies."""

    platform: Addresses = ()
    organiser: Addresses = ()


class Letters(Section):
    """`[letters]`: how letters are signed."""

    contact: str = ""
    telephone: str = ""
    signature: str = ""
    group_qr: str = ""
    people_first: str = ""


class Units(Section):
    """`[units]`: the registered units."""

    file: str = ""
