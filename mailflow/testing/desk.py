"""A desk to judge at: made-up mails and facts, and books kept in memory as the process step keeps them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from mailflow.judge.judge import judge
from mailflow.model.campaign import Campaign
from mailflow.model.entry import EntryStatus, Known, KnownEntry, Relation, Submission, Unit, Verdict
from mailflow.model.facts import Facts, FileFacts, FormReading, Role, Shown, Value
from mailflow.model.judgement import Disposition, Draft, Judgement, Route
from mailflow.model.message import Attachment, Message
from mailflow.model.sight import Seal

GOOD_VALUES: Mapping[str, Value] = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "captured_on": date(2020, 8, 20),
    "total_points": 28345,
    "annual_points": 10234,
    "mobile": "13800000000",
    "employer": "省水利厅",
    "clears_this_year": 1,
    "statement": "组织推广应用活动",
    "administrator": "李晓华",
    "phone": "03510000000",
    "learners": 120,
    "participation": 45.0,
    "participation_best": 50.0,
    "points_per_head": 31,
    "points_per_head_best": 35,
    "articles": 1,
    "results": "工作成绩",
}
"""Values that satisfy every category of the shipped campaign."""


@dataclass(frozen=True, slots=True)
class File:
    """An attachment together with what is known of it."""

    attachment: Attachment
    facts: FileFacts


def file(
    role: Role,
    filename: str | None = None,
    *,
    content: str = "",
    media_type: str = "image/jpeg",
    size: int = 1000,
    inside: str | None = None,
    folder: str | None = None,
    problem: str | None = None,
    form: FormReading | None = None,
) -> File:
    """A file of that role; its SHA-256 is told by name, folder, `content` and what the form says."""
    name = filename or f"{role.value}.jpg"
    sha256 = hashlib.sha256(f"{role}{name}{inside}{folder}{content}{form}".encode()).hexdigest()
    return File(
        Attachment(filename if filename != "" else None, size, sha256, media_type, inside, folder=folder),
        FileFacts(sha256, name, role, "nothing" if role is Role.UNKNOWN else "name", form, problem),
    )


def looked_into(
    one: File,
    *,
    shown: Shown | None = None,
    scan: FormReading | None = None,
    seal: Seal | None = None,
    pixels: str | None = None,
) -> File:
    """The file with what a look at it showed; a page that its content tells is of that role."""
    is_told = shown is not None and shown.role is not Role.UNKNOWN
    role = shown.role if shown is not None and is_told else one.facts.role
    told_by = "content" if is_told or scan is not None else one.facts.told_by
    facts = replace(one.facts, role=role, told_by=told_by, shown=shown, scan=scan, seal=seal, pixels=pixels)
    return File(one.attachment, facts)


def screenshot(values: Mapping[str, Value], *, role: Role = Role.PROFILE, name: str = "IMG_2031.jpg") -> File:
    """A screenshot that was read: the page of that role, with these values on it."""
    return looked_into(file(Role.UNKNOWN, name, content=str(values)), shown=Shown(role, dict(values)))


def form_file(
    form: str,
    categories: Sequence[str],
    values: Mapping[str, Value],
    *,
    invalid: Mapping[str, str] | None = None,
    lengths: Mapping[str, int] | None = None,
    filename: str = "报名表.docx",
    inside: str | None = None,
    folder: str | None = None,
) -> File:
    """An electronic form that was read."""
    reading = FormReading(form, tuple(categories), dict(values), invalid or {}, lengths or {})
    return file(Role.FORM, filename, media_type="application/zip", inside=inside, folder=folder, form=reading)


def values_for(campaign: Campaign, category: str, **changes: Value | None) -> dict[str, Value]:
    """What a well-filled form of the category says; None in `changes` leaves a cell empty."""
    asked = campaign.form(campaign.category(category).form).fields
    values = {one.id: GOOD_VALUES[one.id] for one in asked if one.id in GOOD_VALUES}
    for key, value in changes.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
    return values


def papers_for(
    campaign: Campaign, category: str, *, without: Iterable[Role] = (), **changes: Value | None
) -> list[File]:
    """Everything the category asks for, the form filled as `values_for` says, but for the roles in `without`."""
    left_out = set(without)
    wanted = campaign.category(category)
    papers = []
    for requirement in wanted.requirements:
        if requirement.role in left_out:
            continue
        if requirement.role is Role.FORM:
            papers.append(form_file(wanted.form, [category], values_for(campaign, category, **changes)))
        else:
            papers.append(file(requirement.role))
    return papers


def mail(
    files: Iterable[File],
    *,
    sender: str = "a@unit.example",
    subject: str = "",
    cloud_links: tuple[str, ...] = (),
    defects: tuple[str, ...] = (),
    doubts: tuple[str, ...] = (),
    headers: Mapping[str, tuple[str, ...]] | None = None,
) -> Message:
    """A mail with these files."""
    attachments = tuple(one.attachment for one in files)
    sha256 = hashlib.sha256(f"{sender}{subject}{attachments}".encode()).hexdigest()
    return Message(
        sha256,
        1000,
        f"<{sha256[:12]}@mail.example>",
        sender,
        "",
        subject,
        return_path=sender or None,
        headers=headers or {},
        attachments=attachments,
        cloud_links=cloud_links,
        defects=defects,
        doubts=doubts,
    )


def facts_of(files: Iterable[File]) -> Facts:
    """What is known of these files."""
    return Facts(tuple(one.facts for one in files))


@dataclass
class Desk:
    """Judges one mail after the other; `entries` by receipt number are the books."""

    campaign: Campaign
    units: tuple[Unit, ...] = ()
    entries: dict[str, KnownEntry] = field(default_factory=dict)

    @property
    def known(self) -> Known:
        """The books as judging sees them."""
        return Known(tuple(self.entries.values()), self.units)

    def send(self, files: Sequence[File], *, at: datetime, **mail_of: Any) -> Submission:
        """Judges a mail about one applicant (as `deliver`) that comes to one submission, and returns that."""
        (submission,) = self.deliver(files, at=at, **mail_of).submissions
        return submission

    def deliver(
        self,
        files: Sequence[File],
        *,
        at: datetime,
        sender: str = "a@unit.example",
        applicant: str = "王小明",
        category: str = "outstanding-learner",
        refs: tuple[str, ...] = (),
        cloud_links: tuple[str, ...] = (),
        subject: str = "",
    ) -> Judgement:
        """Judges a mail about one applicant and keeps what comes of it."""
        subject = subject or f"{applicant}+{category}"
        message = mail(files, sender=sender, subject=subject, cloud_links=cloud_links)
        shas = tuple(one.attachment.sha256 for one in files)
        route = Route(Disposition.ENTRY, drafts=(Draft(applicant, category, None, None, shas),), refs=refs)
        return self.carry_out(route, message, facts_of(files), at=at)

    def carry_out(self, route: Route, message: Message, facts: Facts, *, at: datetime) -> Judgement:
        """Judges a mail and keeps what comes of it."""
        judgement = judge(route, message, facts, self.campaign, self.known, arrived_at=at)
        for submission in judgement.submissions:
            self.keep(submission, sender=message.sender, at=at, sha256=message.sha256)
        return judgement

    def keep(self, submission: Submission, *, sender: str, at: datetime, sha256: str = "") -> None:
        """Writes a submission into the books: a new entry, a version of one, or nothing."""
        if submission.relation in (Relation.LINKED, Relation.KEPT_ASIDE):
            return
        complete = at if submission.verdict is Verdict.ACCEPTED else None
        values: dict[str, Any] = {
            "applicant": submission.applicant,
            "period": submission.period,
            "study_id": submission.study_id,
            "unit": submission.unit,
            "status": EntryStatus(submission.verdict.value),
            "fields": submission.fields,
            "findings": submission.findings,
            "checks": submission.checks,
            "files": submission.files,
            "updated_at": at,
            "message_sha256": sha256,
        }
        if submission.ref is not None:
            old = self.entries[submission.ref]
            changes = {**values, "version": old.version + 1, "complete_at": old.complete_at or complete}
            self.entries[old.ref] = replace(old, **changes)
            return
        ref = f"{self.campaign.ref_prefix}-{len(self.entries) + 1:04}"
        self.entries[ref] = KnownEntry(
            ref=ref,
            category=submission.category,
            sender=sender,
            version=1,
            arrived_at=at,
            complete_at=complete,
            **values,
        )
