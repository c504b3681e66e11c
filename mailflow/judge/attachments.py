"""The files that must be attached, and files that could not be opened."""

from __future__ import annotations

from collections.abc import Iterable

from mailflow.intake.sniff import DOCX
from mailflow.judge.forms import check_form, is_without_unit
from mailflow.judge.found import Found, finding, together, weighed
from mailflow.judge.holding import Holding
from mailflow.judge.names import folded
from mailflow.judge.people import ORGANISATION
from mailflow.judge.phrase import listed, quoted, say
from mailflow.judge.pictures import check_looked_into, name_of, names_of
from mailflow.model.campaign import Campaign, Requirement, Severity
from mailflow.model.entry import Check, FiledFile, Finding, Mark
from mailflow.model.facts import SCREENSHOTS, FileFacts, Role
from mailflow.model.hazard import has_macros, is_program
from mailflow.model.message import Attachment

UNREAD = ("attachment.encrypted", "attachment.unsupported", "attachment.too-large", "attachment.unreadable")
"""The codes a reader gives a file it could not read."""

_SMALLEST_PICTURE = 8_192
"""Bytes; a smaller one is a logo, and no paper of anybody."""
_PAPERS = frozenset({"application/pdf", "application/msword", DOCX})
_WRAPPED = {
    ("attachment.unsupported", Role.ARCHIVE): "attachment.unsupported-archive",
    ("attachment.unsupported", Role.MESSAGE): "attachment.unsupported-message",
    ("attachment.too-large", Role.ARCHIVE): "attachment.too-large-archive",
    ("attachment.too-large", Role.MESSAGE): "attachment.too-large-archive",
}
"""Sentences that say how to send what is in an archive or a mail that stayed closed."""


def check_requirements(holding: Holding) -> Found:
    """One row for each requirement of the category in the campaign's order, then what else arrived unread."""
    rows = together(
        check_form(holding, one) if one.role is Role.FORM else _check_file(holding, one)
        for one in holding.category.requirements
    )
    lacking = any(one.severity is Severity.ERROR for one in rows.findings)
    severity = Severity.ERROR if lacking else Severity.WARNING
    told = {(one.code, one.where) for one in rows.findings}
    others = [one for one in _others(holding, severity) if (one.code, one.where) not in told]
    unknown = _unrecognised(holding) if lacking else []
    beside = [*others, *_cloud_links(holding, severity), *unknown, *unsafe_files(holding.campaign, holding.files)]
    return together([rows, weighed(beside)])


def unsafe_files(campaign: Campaign, files: Iterable[FiledFile | Attachment]) -> list[Finding]:
    """`attachment.unsafe` for each program, and for each document with macros."""
    return [
        finding(
            campaign,
            "attachment.unsafe",
            Severity.WARNING,
            where=one.role if isinstance(one, FiledFile) and has_macros(one.media_type) else None,
            phrase="attachment.unsafe-macros" if has_macros(one.media_type) else "",
            file=quoted(one.filename or "") or say(campaign, "check.nameless"),
        )
        for one in files
        if has_macros(one.media_type) or is_program(one.media_type)
    ]


def unread_file(campaign: Campaign, file: FileFacts, severity: Severity) -> Finding:
    """The finding about a file with a problem that stands for no requirement: its name, and what to do."""
    return finding(
        campaign,
        file.problem or "attachment.unreadable",
        severity,
        where=file.role,
        phrase=_WRAPPED.get((file.problem or "", file.role), ""),
        file=quoted(file.filename or "") or say(campaign, "check.nameless"),
    )


def _check_file(holding: Holding, requirement: Requirement) -> Found:
    role = requirement.role
    files = tuple(file for file in holding.files if file.role is role)
    if not files:
        return _missing(holding, requirement)
    unread = _unread(holding, role, files)
    if unread is None:
        return check_looked_into(holding, requirement, files)
    mark = Mark.MISSING if unread.severity is Severity.ERROR else Mark.UNSURE
    return weighed([unread], [Check(role, requirement.label, mark, unread.text)])


def _missing(holding: Holding, requirement: Requirement) -> Found:
    """`attachment.missing`, weighing less for who belongs to no unit and can get no stamp."""
    campaign = holding.campaign
    excused = is_without_unit(holding, ORGANISATION) and requirement.without_unit is not Severity.ERROR
    taken = _taken_for_another(holding, requirement)
    if taken and not excused:
        return _other_page(holding, requirement, taken)
    found = finding(
        campaign,
        "attachment.missing",
        requirement.without_unit if excused else Severity.ERROR,
        where=requirement.role,
        phrase="attachment.missing-excused" if excused else "",
        label=requirement.label,
        ask=requirement.ask,
    )
    detail = say(campaign, "check.missing-excused" if excused else "check.missing", ask=requirement.ask)
    mark = Mark.UNSURE if excused else Mark.MISSING
    return weighed([found], [Check(requirement.role, requirement.label, mark, detail)])


def _taken_for_another(holding: Holding, requirement: Requirement) -> list[FiledFile]:
    """Pictures that came in place of the one asked for: so named, or of a page that nobody asked for."""
    words = holding.campaign.role_hints.get(requirement.role, ())
    asked = {one.role for one in holding.category.requirements}
    return [
        file
        for file in holding.files
        if file.shown is not None
        and file.shown.role in (SCREENSHOTS | {Role.FORM_SCAN}) - {requirement.role}
        and (_is_named(file, words) or (requirement.role in SCREENSHOTS and file.shown.role not in asked))
    ]


def _other_page(holding: Holding, requirement: Requirement, taken: list[FiledFile]) -> Found:
    """`attachment.missing` that says what came in its place was taken for."""
    campaign = holding.campaign
    roles = [file.shown.role for file in taken if file.shown is not None]
    pages = listed(campaign, dict.fromkeys(campaign.role_labels.get(one, one) for one in roles))
    said = {"label": requirement.label, "ask": requirement.ask, "file": names_of(holding, taken), "taken": pages}
    phrase = "attachment.missing-other-page"
    found = finding(campaign, "attachment.missing", Severity.ERROR, where=requirement.role, phrase=phrase, **said)
    detail = say(campaign, "check.missing-other-page", **said)
    return weighed([found], [Check(requirement.role, requirement.label, Mark.MISSING, detail)])


def _is_named(file: FiledFile, words: Iterable[str]) -> bool:
    name = folded(file.filename or "")
    return any(folded(word) in name for word in words)


def _unread(holding: Holding, role: Role, files: tuple[FiledFile, ...]) -> Finding | None:
    """The finding about the files of a required role, where none of them could be read as it should.

    What a look at them showed says more than what was found before it.
    """
    mine = [file for file in holding.news if file.role is role]
    if not mine:
        if any(file.shown is not None or file.scan is not None for file in files):
            return None
        return next((one for one in holding.still(*UNREAD) if one.where == role), None)
    if any(file.problem is None for file in mine):
        return None
    held = {file.sha256: file for file in holding.files}
    best = min(mine, key=lambda file: not _can_be_looked_at(file, held.get(file.sha256)))
    looked_at = _can_be_looked_at(best, held.get(best.sha256))
    phrases = {"attachment.unsafe": "attachment.unsafe-macros"}
    return finding(
        holding.campaign,
        "attachment.unreadable" if looked_at else best.problem or "attachment.unreadable",
        Severity.WARNING if looked_at else Severity.ERROR,
        where=role,
        phrase="attachment.unreadable-noted" if looked_at else phrases.get(best.problem or "", ""),
        file=name_of(holding, best.filename),
    )


def _can_be_looked_at(file: FileFacts, filed: FiledFile | None) -> bool:
    """Whether a person could see in it what a reader could not: a picture or a PDF without a password."""
    if filed is None or not filed.size or file.problem == "attachment.encrypted":
        return False
    return filed.media_type.startswith("image/") or filed.media_type == "application/pdf"


def _others(holding: Holding, severity: Severity) -> list[Finding]:
    """Files of this mail that could not be read and stand for no requirement: they may hold what is missing."""
    required = {one.role for one in holding.category.requirements} - {Role.FORM}
    return [
        unread_file(holding.campaign, file, Severity.WARNING if file.role is Role.FORM else severity)
        for file in holding.news
        if file.problem in UNREAD and file.role not in required
    ]


def _unrecognised(holding: Holding) -> list[Finding]:
    """Pictures and documents that may be what is missing: "not received" alone would be untrue."""
    unread = {file.sha256 for file in holding.news if file.problem}
    files = [
        file
        for file in holding.files
        if file.role is Role.UNKNOWN
        and file.sha256 not in unread
        and (file.media_type in _PAPERS or (file.media_type.startswith("image/") and file.size >= _SMALLEST_PICTURE))
    ]
    if not files:
        return []
    return [finding(holding.campaign, "attachment.unrecognised", Severity.WARNING, files=names_of(holding, files))]


def _cloud_links(holding: Holding, severity: Severity) -> list[Finding]:
    hosts = dict.fromkeys(quoted(one) for one in holding.cloud_links)
    if not hosts:
        return []
    return [finding(holding.campaign, "attachment.cloud-link", severity, hosts=listed(holding.campaign, hosts))]
