"""Attachments to Facts: what each file is, and what the forms among them say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mailflow.documents.excel import read_xls, read_xlsx
from mailflow.documents.grid import Sheet
from mailflow.documents.kinds import Kind, kind_of
from mailflow.documents.layout import fullest, read_forms
from mailflow.documents.listing import read_listing
from mailflow.documents.looks import Seen, failed, is_scan, looked_at
from mailflow.documents.pdf import Locked, read_pdf
from mailflow.documents.pictures import check_picture
from mailflow.documents.roles import role_by_name, roles_by_folder
from mailflow.documents.word import read_docx
from mailflow.errors import ReadRefused
from mailflow.intake.outlook import MSG, TNEF
from mailflow.intake.sniff import DOCX
from mailflow.intake.unpack import MAIL
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts, FileFacts, FormReading, Role
from mailflow.model.hazard import MACRO_TYPES, has_macros, is_program
from mailflow.model.message import Attachment, Unpacked
from mailflow.model.sight import Look, Sight

READERS: dict[Kind, Callable[[bytes], Sheet]] = {
    Kind.DOCX: read_docx,
    Kind.XLSX: read_xlsx,
    Kind.XLS: read_xls,
    Kind.PDF: read_pdf,
}
ELECTRONIC = frozenset({Kind.DOCX, Kind.XLSX, Kind.XLS})
FEWEST_VALUES = 2
"""So many values make a further form in the same file one that somebody filled in."""
CONTAINERS = {Kind.ZIP: Role.ARCHIVE, Kind.OTHER_ARCHIVE: Role.ARCHIVE, Kind.MESSAGE: Role.MESSAGE}
MAILS = frozenset({MAIL, MSG, TNEF, "message/partial", "application/pkcs7-mime", "application/x-pkcs7-mime"})
"""Media types of what wraps a mail, or a mail's files, and is no document by itself."""
SEALED = {
    "encrypted": ("attachment.encrypted", "it asks for a password"),
    "unsupported": ("attachment.unsupported", "nothing here opens this kind of archive or message"),
    "too-deep": ("attachment.unsupported", "it is wrapped too many times"),
    "too-large": ("attachment.too-large", "it unpacks to too much, or holds too many files"),
    "unreadable": ("attachment.unreadable", "it is damaged"),
}
"""The problem of a wrapping by the reason why intake left it closed."""
READABLE = frozenset(
    {"docx", "xlsx", "xls", "pdf", "doc", "wps", "rtf", "odt"}
    | {"pages", "numbers"}
    | {"jpg", "jpeg", "png", "gif", "bmp", "webp", "heic", "tif", "tiff"}
)
"""Extensions that promise a document or picture."""
NOTHING: Mapping[str, Any] = MappingProxyType({})
UNSUPPORTED = {Kind.OLD_TEXT: "an older or foreign text format: only docx, xlsx, xls and PDF are read"}


def extract(
    unpacked: Unpacked,
    campaign: Campaign,
    sights: Mapping[str, Sight] = NOTHING,
    converted: Mapping[str, bytes] = NOTHING,
) -> Facts:
    """What is known of each attachment, in the order of the mail. Never raises: what cannot be read is a `problem`.

    `sights` and `converted` (docx) are what slow looks brought, by the SHA-256 of the file that was looked at; where
    one is missing, `FileFacts.look` says so.
    A PDF of a form is the scan where the mail also brings that form to be read, and the form where it does not.
    """
    given = Seen(sights, converted)
    folders = roles_by_folder(unpacked.message.attachments, campaign)
    seen: dict[tuple[str, str | None, Role | None], tuple[Kind, FileFacts]] = {}
    read: list[tuple[Kind, FileFacts]] = []
    for attachment in unpacked.message.attachments:
        beside = folders.get((attachment.container, attachment.folder))
        key = (attachment.sha256, attachment.filename, beside)
        if key not in seen:
            seen[key] = _read_one(attachment, unpacked.contents.get(attachment.sha256), beside, campaign, given)
        read.append(seen[key])
    return Facts(_settle_scans(read, campaign))


def left_unread(unpacked: Unpacked, campaign: Campaign) -> Facts:
    """What is known of attachments that nothing may open again, as one of them ended its reader: their names tell."""
    attachments = unpacked.message.attachments
    opened = {one.container for one in attachments}
    return Facts(
        tuple(
            FileFacts(one.sha256, one.filename, Role.MESSAGE if one.media_type in MAILS else Role.ARCHIVE, "content")
            if at in opened
            else _left(one, campaign)
            for at, one in enumerate(attachments)
        )
    )


def _left(attachment: Attachment, campaign: Campaign) -> FileFacts:
    kind = Kind.PICTURE if attachment.media_type.startswith("image/") else Kind.OTHER
    named = None if is_program(attachment.media_type) else role_by_name(attachment.filename, kind, campaign)
    facts = FileFacts(attachment.sha256, attachment.filename, named or Role.UNKNOWN, "name" if named else "nothing")
    return replace(facts, problem=_unreadable(facts), detail="a reader ended over the files of this mail")


def _read_one(
    attachment: Attachment, content: bytes | None, beside: Role | None, campaign: Campaign, given: Seen
) -> tuple[Kind, FileFacts]:
    """One file; `beside` is what its folder says of it, where its name says nothing."""
    facts = FileFacts(attachment.sha256, attachment.filename, Role.UNKNOWN)
    if content is None:
        return Kind.OTHER, replace(facts, problem="attachment.unreadable", detail="its content was not kept")
    if is_program(attachment.media_type):
        return Kind.OTHER, replace(facts, told_by="content", detail="a program: it is no paper, whatever its name says")
    try:
        kind = Kind.MESSAGE if attachment.media_type in MAILS else kind_of(content)
        if kind in CONTAINERS:
            problem, detail = SEALED.get(attachment.sealed or "", (None, ""))
            return kind, replace(facts, role=CONTAINERS[kind], told_by="content", problem=problem, detail=detail)
        named = role_by_name(attachment.filename, kind, campaign) or beside
        if named is not None:
            facts = replace(facts, role=named, told_by="name")
        if has_macros(attachment.media_type):
            return kind, _with_macros(facts, attachment)
        return _opened(kind, facts, content, campaign, given)
    except Exception as error:  # a reader must never take the other files of a mail down with it
        detail = f"{type(error).__name__} while reading"
        return Kind.OTHER, replace(facts, problem=_unreadable(facts), detail=detail)


def _with_macros(facts: FileFacts, attachment: Attachment) -> FileFacts:
    """A document with macros is kept and never opened; a text document of unknown use is the form."""
    is_text = attachment.media_type in (MACRO_TYPES[DOCX], MACRO_TYPES["application/msword"])
    role = Role.FORM if facts.told_by == "nothing" and is_text else facts.role
    return replace(facts, role=role, problem="attachment.unsafe", detail="it has macros, and is not opened")


def _opened(kind: Kind, facts: FileFacts, content: bytes, campaign: Campaign, given: Seen) -> tuple[Kind, FileFacts]:
    if kind is Kind.OLD_TEXT:
        return _old_text(facts, campaign, given)
    return kind, _by_kind(kind, facts, content, campaign, given)


def _by_kind(kind: Kind, facts: FileFacts, content: bytes, campaign: Campaign, given: Seen) -> FileFacts:
    if kind in READERS:
        return _document(kind, facts, content, campaign, given)
    if kind is Kind.PICTURE:
        return _picture(facts, content, campaign, given)
    problem, detail = _problem_of_kind(kind, facts)
    return replace(facts, problem=problem, detail=detail)


def _problem_of_kind(kind: Kind, facts: FileFacts) -> tuple[str | None, str]:
    """What stands in the way of a file that no reader takes."""
    if kind is Kind.ENCRYPTED_OFFICE:
        return "attachment.encrypted", "it asks for a password"
    if kind in UNSUPPORTED:
        return "attachment.unsupported", UNSUPPORTED[kind]
    extension = (facts.filename or "").rpartition(".")[2].lower()
    if kind is Kind.OTHER and (facts.role is Role.FORM or extension in READABLE):
        return _unreadable(facts), "its content is not what its name says"
    return None, ""


def _old_text(facts: FileFacts, campaign: Campaign, given: Seen) -> tuple[Kind, FileFacts]:
    """An older or foreign document, read as the docx that was made of it; unsupported as long as there is none."""
    sight = given.sight(facts.sha256, Look.DOCUMENT)
    if sight is not None and sight.problem is not None:
        return Kind.OLD_TEXT, failed(facts, sight)
    docx = given.converted.get(facts.sha256) if sight is not None else None
    if docx is not None:
        return Kind.DOCX, _document(Kind.DOCX, facts, docx, campaign, given)
    facts = replace(facts, problem="attachment.unsupported", detail=UNSUPPORTED[Kind.OLD_TEXT])
    return Kind.OLD_TEXT, facts if sight is not None else replace(facts, look=Look.DOCUMENT)


def _document(kind: Kind, facts: FileFacts, content: bytes, campaign: Campaign, given: Seen) -> FileFacts:
    try:
        sheet = READERS[kind](content)
    except Locked as error:
        return replace(facts, problem="attachment.encrypted", detail=str(error))
    except ReadRefused as error:
        if kind is Kind.DOCX and facts.told_by == "nothing":
            facts = replace(facts, role=Role.FORM)  # a text document of unknown use is the form far more often than not
        return replace(facts, problem=_unreadable(facts), detail=str(error))
    facts = _sheet(kind, facts, sheet, campaign)
    if kind is not Kind.PDF or facts.form is not None or not is_scan(sheet):
        return facts
    sight = given.sight(facts.sha256, Look.SCAN)
    return replace(facts, look=Look.SCAN) if sight is None else looked_at(facts, sight, campaign)


def _sheet(kind: Kind, facts: FileFacts, sheet: Sheet, campaign: Campaign) -> FileFacts:
    if kind in ELECTRONIC:
        facts = replace(facts, listed=read_listing(sheet, campaign))
    forms = read_forms(sheet, campaign)
    form = fullest(forms)
    if form is not None:
        more = tuple(one for one in forms if one is not form and len(one.fields) >= FEWEST_VALUES)
        return replace(facts, role=Role.FORM, told_by="content", form=form, more_forms=more)
    if facts.role is Role.FORM and (is_scan(sheet) if kind is Kind.PDF else sheet.is_blank and sheet.pictures):
        return replace(facts, role=Role.FORM_SCAN)
    if facts.listed:
        return replace(facts, role=Role.UNKNOWN, told_by="content")
    if facts.role is Role.FORM:
        return replace(facts, problem="form.unreadable", detail="none of the campaign's forms was found in it")
    return facts


def _picture(facts: FileFacts, content: bytes, campaign: Campaign, given: Seen) -> FileFacts:
    sight = given.sight(facts.sha256, Look.PICTURE)
    if sight is not None:
        return looked_at(facts, sight, campaign)
    try:
        check_picture(content)
    except ReadRefused as error:
        return replace(facts, problem="attachment.unreadable", detail=str(error))
    return replace(facts, look=Look.PICTURE)


def _unreadable(facts: FileFacts) -> str:
    return "form.unreadable" if facts.role is Role.FORM else "attachment.unreadable"


def _settle_scans(read: list[tuple[Kind, FileFacts]], campaign: Campaign) -> tuple[FileFacts, ...]:
    """Makes a PDF of a form the scan where its form came as a document too, by the same name or a scan's file name.

    What it says is then compared with the document, as what is read in a photographed form is.
    """
    forms = [
        form for kind, facts in read if kind in ELECTRONIC and facts.form for form in (facts.form, *facts.more_forms)
    ]
    return tuple(
        replace(facts, role=Role.FORM_SCAN, scan=facts.form)
        if kind is Kind.PDF and facts.form is not None and _is_copy(facts, facts.form, forms, campaign)
        else facts
        for kind, facts in read
    )


def _is_copy(facts: FileFacts, form: FormReading, forms: list[FormReading], campaign: Campaign) -> bool:
    if not forms:
        return False
    if role_by_name(facts.filename, Kind.PDF, campaign) is Role.FORM_SCAN:
        return True
    name = form.fields.get("name")
    return any(one.form == form.form and one.fields.get("name") in (name, None) for one in forms)
