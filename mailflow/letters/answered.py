"""What a receipt answers, and how each entry in it stands, as values the templates print."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mailflow.letters.masking import shown
from mailflow.letters.rows import TO_CHECK, Row, rows_of
from mailflow.model.campaign import Campaign, Category, Severity
from mailflow.model.entry import Finding, Mark, Relation, Submission, Verdict
from mailflow.model.judgement import Disposition, Judgement


@dataclass(frozen=True, slots=True)
class Answered:
    """One mail a receipt answers, with its judgement.

    `refs` and `first_arrived` run parallel to `judgement.submissions`: the receipt number (None: not to be shown or
    not given yet, as in `explain`) and when the first mail of that entry arrived (for LINKED: this mail's arrival).
    `held_ref` is a number for a mail that is held as a whole, where it has one. `current` is False where a mail that
    this receipt does not answer has changed the entries since.
    """

    message_id: str | None
    references: tuple[str, ...]
    subject: str
    sender: str
    sender_name: str
    arrived_at: datetime
    judgement: Judgement
    refs: tuple[str | None, ...] = ()
    first_arrived: tuple[datetime, ...] = ()
    held_ref: str | None = None
    current: bool = True


class Standing(StrEnum):
    """How an entry stands, in the words of a letter."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    TO_UPDATE = "to-update"  # nothing is missing; a value may still grow until its day
    REVIEW = "review"  # below a line: a person decides
    LATE = "late"
    ASIDE = "aside"  # kept beside a complete entry
    STAFF = "staff"  # a person compares
    RECEIVED = "received"  # on the list that people look at first


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in a receipt. Times are in the campaign's zone; `missing` are the rows that ask for something.

    `linked`: another sender's entry, which this mail does not change. `again`: it was registered before the mails of
    this receipt. `remarks` are sentences about how the mail was taken.
    """

    applicant: str
    is_person: bool
    category: Category
    ref: str | None
    standing: Standing
    arrived_at: datetime
    first_at: datetime
    rows: tuple[Row, ...]
    linked: bool
    again: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Row, ...]:
        """What has to be supplied. A file that could not be used is counted only where nothing else is missing."""
        rows = tuple(row for row in self.rows if row.mark is Mark.MISSING)
        return tuple(row for row in rows if row.topic != "attachment") or rows

    @property
    def unsure(self) -> tuple[Row, ...]:
        """What a person has to decide, or what may still change."""
        return tuple(row for row in self.rows if row.mark is Mark.UNSURE and row.topic not in TO_CHECK)

    @property
    def to_check(self) -> tuple[Row, ...]:
        """What the sender is asked to look at: something differs, or could not be read or seen."""
        return tuple(row for row in self.rows if row.mark is Mark.UNSURE and row.topic in TO_CHECK)


def items_of(answers: Sequence[Answered], campaign: Campaign, people_first: frozenset[str]) -> tuple[Item, ...]:
    """The entries of `answers`, each once and in its latest state, in the order of their first mention.

    `answers` are in the order of arrival. `people_first` are names that get "received" and nothing more.
    """
    looked_at = frozenset(map(name_key, people_first))
    latest: dict[object, Item] = {}
    for place, (answer, index, submission) in enumerate(_submissions(answers)):
        item = _item(answer, index, submission, campaign, looked_at)
        item = replace(item, again=not item.linked and item.first_at < answers[0].arrived_at)
        own = item.standing is Standing.ASIDE or submission.relation is Relation.LINKED
        who = (item.applicant, submission.study_id, item.category.id, submission.period)
        key: object = place if own else (item.ref or who)
        latest[key] = item
    return tuple(latest.values())


def name_key(name: str) -> str:
    """A name for comparison only: width, blanks and middle dots do not count."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in folded if not one.isspace() and one not in "·•・‧.")


def _submissions(answers: Sequence[Answered]) -> Iterator[tuple[Answered, int, Submission]]:
    for answer in answers:
        if answer.judgement.disposition is Disposition.ENTRY:
            for index, submission in enumerate(answer.judgement.submissions):
                yield answer, index, submission


def _item(answer: Answered, index: int, submission: Submission, campaign: Campaign, looked_at: frozenset[str]) -> Item:
    category = campaign.category(submission.category)
    common = answer.judgement.findings if len(answer.judgement.submissions) == 1 else ()
    rows = rows_of(submission, common, campaign)
    standing = _standing(submission, rows, looked_at)
    arrived_at = answer.arrived_at.astimezone(campaign.zone)
    linked = submission.relation is Relation.LINKED
    first = answer.first_arrived[index] if index < len(answer.first_arrived) and not linked else arrived_at
    hidden = standing in {Standing.RECEIVED, Standing.LATE, Standing.ASIDE} or _is_conflict(submission)
    return Item(
        applicant=shown(submission.applicant, 40),
        is_person=category.is_person,
        category=category,
        ref=answer.refs[index] if index < len(answer.refs) else None,
        standing=standing,
        arrived_at=arrived_at,
        first_at=first.astimezone(campaign.zone),
        rows=() if hidden else rows,
        linked=linked and not hidden,
        remarks=tuple(shown(one.text, 160) for one in submission.findings if _is_remark(one)) if not hidden else (),
    )


def _is_remark(finding: Finding) -> bool:
    """Whether an update came after the closing and was taken all the same."""
    return finding.code == "deadline.passed" and finding.severity is Severity.NOTE


def _is_conflict(submission: Submission) -> bool:
    told = (finding.code.startswith("conflict.") for finding in submission.findings)
    return submission.relation is Relation.CONFLICT or any(told)


_STANDING = {
    Verdict.ACCEPTED: Standing.ACCEPTED,
    Verdict.INELIGIBLE: Standing.REVIEW,
    Verdict.LATE: Standing.LATE,
    Verdict.HELD: Standing.STAFF,
}


def _standing(submission: Submission, rows: tuple[Row, ...], looked_at: frozenset[str]) -> Standing:
    if name_key(submission.applicant) in looked_at:
        return Standing.RECEIVED
    if _is_conflict(submission):
        return Standing.STAFF
    if submission.relation is Relation.KEPT_ASIDE:
        return Standing.ASIDE
    if submission.verdict is Verdict.INCOMPLETE:
        is_short = any(row.mark is Mark.MISSING for row in rows)
        return Standing.INCOMPLETE if is_short else Standing.TO_UPDATE
    return _STANDING[submission.verdict]
