"""Putting the parts together from the settings. The only place that knows all of them."""

from __future__ import annotations

import csv
import io
import mimetypes
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mailflow.clock import Clock
from mailflow.errors import SettingsError
from mailflow.model.campaign import Campaign
from mailflow.model.entry import Unit
from mailflow.model.letter import Correspondent, LetterKind, Part
from mailflow.sections import ADDRESS, Smtp
from mailflow.settings import Settings
from mailflow.steps.eyes import Eyes
from mailflow.steps.readers import Readers
from mailflow.steps.reading import read_spooled
from mailflow.steps.world import Addressees, Limits, World
from mailflow.store.cabinet import Cabinet
from mailflow.store.spool import Spool

if TYPE_CHECKING:
    from mailflow.steps.dispatch import Lane
    from mailflow.wire.imap import ImapAccount, Mailbox

DATABASE = "mailflow.db"
MEGABYTE = 1_000_000


def campaign_of(settings: Settings) -> Campaign:
    """The campaign that the settings name. Raises CampaignError."""
    from mailflow.campaign.load import load_campaign

    return load_campaign(settings.campaign, base=settings.base)


def build_world(settings: Settings, clock: Clock, *, campaign: Campaign | None = None) -> World:
    """The world of a data folder, its database opened and migrated. Raises SettingsError, CampaignError, StoreError."""
    campaign = campaign or campaign_of(settings)
    from mailflow.store.database import Database

    # what the settings name is read first: nothing is left open where it cannot be
    correspondent, units, people_first = correspondent_of(settings), units_of(settings), people_first_of(settings)
    data = settings.data_folder
    make_private(data)
    spool, files = Spool(data / "spool", ".eml"), Spool(data / "files")
    database = Database(data / DATABASE).open()
    with database.read() as books:
        is_new = books.fact("folder_id") is None
    if is_new:
        with database.write() as books:
            if books.fact("folder_id") is None:
                books.note("folder_id", secrets.token_hex(16))
    return World(
        data=data,
        campaign=campaign,
        clock=clock,
        database=database,
        spool=spool,
        files=files,
        cabinet=Cabinet(data / "filed", files),
        readers=Readers(read_spooled, (spool, files, campaign), count=max(1, min(4, os.cpu_count() or 1))),
        correspondent=correspondent,
        units=units,
        own_addresses=own_addresses(settings),
        authserv_id=settings.imap.authserv_id if settings.imap else "",
        people_first=people_first,
        limits=Limits(
            replies_per_sender_hour=settings.limits.replies_per_sender_hour,
            replies_per_unit_hour=settings.limits.replies_per_unit_hour,
            replies_per_domain_hour=settings.limits.replies_per_domain_hour,
            replies_per_hour=settings.limits.replies_per_hour,
            breaker_failures=settings.limits.breaker_failures,
            quiet=timedelta(minutes=settings.limits.quiet_minutes),
        ),
        addressees=Addressees(
            platform=settings.recipients.platform,
            organiser=settings.recipients.organiser,
            alarm=(settings.alarm.to if settings.alarm else ()) or settings.recipients.organiser,
        ),
        is_shadow=settings.mode == "shadow",
        eyes=build_eyes(settings, files),
    )


def build_eyes(settings: Settings, files: Spool) -> Eyes:
    """The slow readers that the settings want and that are installed."""
    from mailflow.steps.looking import open_eyes

    reading = settings.reading
    return open_eyes(
        files,
        pictures=reading.pictures,
        documents=reading.documents,
        children=reading.children,
        wait=timedelta(seconds=reading.wait_seconds),
    )


def make_private(folder: Path) -> None:
    """Makes the data folder, for its owner alone. Raises SettingsError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"data: cannot make {folder}: {error.strerror}") from error


def imap_account(settings: Settings) -> ImapAccount:
    """The mailbox's account. Raises SettingsError."""
    from mailflow.wire.imap import ImapAccount

    imap = settings.imap_or_refuse()
    return ImapAccount(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        username=imap.username,
        password=imap.secret(settings.base),
        ca_file=_ca_file(settings, imap.ca_file),
        folders=imap.folder,
        since=imap.since,
        after=imap.after,
        filed_folder=imap.filed_folder,
        max_message_bytes=imap.max_message_mb * MEGABYTE,
    )


def build_mailbox(settings: Settings) -> Mailbox:
    """The mailbox, not yet open. Raises SettingsError."""
    from mailflow.wire.imap import Mailbox

    return Mailbox(imap_account(settings))


def build_lanes(settings: Settings) -> tuple[Lane, ...]:
    """The ways out: the account of `[smtp]`, and one of its own for alarms where `[alarm]` has one."""
    alarm = settings.alarm.account() if settings.alarm else None
    every = tuple(LetterKind)
    if alarm is None:
        return (_lane(settings, settings.smtp_or_refuse(), every),)
    rest = tuple(kind for kind in every if kind is not LetterKind.ALARM)
    return (_lane(settings, settings.smtp_or_refuse(), rest), _lane(settings, alarm, (LetterKind.ALARM,)))


def _lane(settings: Settings, smtp: Smtp, kinds: tuple[LetterKind, ...]) -> Lane:
    from mailflow.steps.dispatch import Lane
    from mailflow.wire.smtp import Courier
    from mailflow.wire.smtp_account import SmtpAccount

    account = SmtpAccount(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=smtp.secret(settings.base),
        sender=smtp.address,
        sender_name=smtp.sender_name,
        ca_file=_ca_file(settings, smtp.ca_file),
    )
    return Lane(Courier(account), kinds, quota_15min=smtp.quota_15min, quota_day=smtp.quota_day, host=smtp.host)


def _ca_file(settings: Settings, name: str) -> str:
    return str(settings.path(name)) if name else ""


def correspondent_of(settings: Settings) -> Correspondent:
    """How letters are signed. Raises SettingsError for a QR picture that cannot be read."""
    letters, smtp = settings.letters, settings.smtp
    return Correspondent(
        address=smtp.address if smtp else "mailflow@mailflow.invalid",
        name=smtp.sender_name if smtp else "",
        contact=letters.contact,
        telephone=letters.telephone,
        signature=letters.signature,
        group_qr=_picture(settings.path(letters.group_qr)) if letters.group_qr else None,
    )


def _picture(path: Path) -> Part:
    kind = mimetypes.guess_type(path.name)[0] or "image/png"
    return Part(path.name, kind, _read(path, "letters.group_qr"), content_id="group-qr")


def own_addresses(settings: Settings) -> frozenset[str]:
    """The addresses that are ours, in lower case."""
    names = [settings.imap.username if settings.imap else ""]
    for account in (settings.smtp, settings.alarm):
        if account is not None:
            names += [account.sender, account.username]
    return frozenset(name.lower() for name in names if "@" in name)


def people_first_of(settings: Settings) -> frozenset[str]:
    """The names that get a bare "received". Raises SettingsError."""
    if not settings.letters.people_first:
        return frozenset()
    text = _text(settings.path(settings.letters.people_first), "letters.people_first")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


def units_of(settings: Settings) -> tuple[Unit, ...]:
    """The registered units; `<data>/units.csv` where the settings name none and it is there. Raises SettingsError."""
    path = settings.path(settings.units.file) if settings.units.file else settings.data_folder / "units.csv"
    if not settings.units.file and not path.is_file():
        return ()
    try:
        return _units(path)
    except csv.Error as error:
        raise SettingsError(
            f"units.file {path}: {error}; save it again as CSV with the columns unit,addresses"
        ) from error


def _units(path: Path) -> tuple[Unit, ...]:
    rows = csv.DictReader(io.StringIO(_text(path, "units.file")))
    if rows.fieldnames is None or not {"unit", "addresses"} <= {name.strip() for name in rows.fieldnames}:
        raise SettingsError(f"units.file {path}: the first line must be: unit,addresses")
    units = []
    for row in rows:
        cells = {(name or "").strip(): value or "" for name, value in row.items() if isinstance(value, str)}
        addresses = tuple(one.strip().lower() for one in cells["addresses"].replace(",", ";").split(";") if one.strip())
        wrong = [one for one in addresses if not ADDRESS.fullmatch(one)]
        if wrong:
            raise SettingsError(f"units.file {path}: line {rows.line_num}: {wrong[0]!r} is no mail address")
        if cells["unit"].strip():
            units.append(Unit(cells["unit"].strip(), addresses))
    return tuple(units)


def _text(path: Path, key: str) -> str:
    """A file that an organiser made: UTF-8, with or without a mark, or GBK as Excel writes it."""
    content = _read(path, key)
    for charset in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(charset)
        except UnicodeDecodeError:
            continue
    raise SettingsError(f"{key} {path}: neither UTF-8 nor GBK; save it again as UTF-8")


def _read(path: Path, key: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{key} {path}: {error.strerror}") from error
