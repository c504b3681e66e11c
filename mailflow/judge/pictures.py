"""The rows of files that were looked into: screenshots compared with the form, the stamped scan and its seal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from mailflow.judge.evidence import agreed, alone, compare, in_words, is_exact, mismatch_of
from mailflow.judge.forms import is_without_unit
from mailflow.judge.found import Found, finding, weighed
from mailflow.judge.holding import Holding
from mailflow.judge.people import ORGANISATION
from mailflow.judge.phrase import day, listed, quoted, say
from mailflow.model.campaign import Requirement, Severity
from mailflow.model.entry import Check, Compared, FiledFile, Finding, Mark, Seen
from mailflow.model.facts import SCREENSHOTS, Role, Shown
from mailflow.model.sight import Seal

CAPTURED_ON = "captured_on"

_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What looking into the files of one requirement came to: sentences, findings, and what was compared."""

    lines: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    seen: Seen | None = None
    compared: tuple[Compared, ...] = ()


def check_looked_into(holding: Holding, requirement: Requirement, files: tuple[FiledFile, ...]) -> Found:
    """The row of a requirement whose files are there and could be opened. Whatever they show, it is met."""
    told = Told()
    if requirement.role is Role.FORM_SCAN:
        told = _scan(holding, requirement, files)
    elif requirement.role in SCREENSHOTS:
        told = _screenshots(holding, requirement, files)
    lines = told.lines if told.seen is Seen.UNREAD else (_received(holding, files), *told.lines)
    mark = Mark.MET if told.seen in (None, Seen.AGREES) else Mark.UNSURE
    row = Check(requirement.role, requirement.label, mark, "\n".join(lines), told.seen, told.compared)
    return weighed(told.findings, [row])


def name_of(holding: Holding, filename: str | None) -> str:
    """A file's name as it stands in a sentence."""
    return quoted(filename or "") or say(holding.campaign, "check.nameless")


def names_of(holding: Holding, files: Iterable[FiledFile]) -> str:
    """The names of received files, the first few of many."""
    names = list(dict.fromkeys(name_of(holding, file.filename) for file in files))
    first = listed(holding.campaign, names[:_SHOWN_NAMES])
    return first if len(names) <= _SHOWN_NAMES else say(holding.campaign, "check.files", names=first, count=len(names))


def _received(holding: Holding, files: tuple[FiledFile, ...]) -> str:
    """The files by name, and whether it was what stands in them that told what they are."""
    by_content = all(file.shown is not None and file.shown.role is not Role.UNKNOWN for file in files)
    phrase = "check.recognised" if by_content else "check.received"
    return say(holding.campaign, phrase, files=names_of(holding, files))


def _screenshots(holding: Holding, requirement: Requirement, files: tuple[FiledFile, ...]) -> Told:
    campaign = holding.campaign
    pages = [file.shown for file in files if file.shown is not None]
    if not pages:
        return Told()
    if all(_is_unread(page) for page in pages):
        return _unread(holding, requirement, files)
    pairs = compare(holding, (page.values for page in pages))
    differing, agreeing, unconfirmed = _sorted(pairs)
    is_figured = any(is_exact(holding, one) for one in (*differing, *agreeing)) or unconfirmed
    if all(page.blurred for page in pages) and not is_figured:
        return _unread(holding, requirement, files)
    findings = _mismatches(holding, requirement, differing)
    lines = [one.text for one in findings]
    if differing and any(page.blurred for page in pages):
        lines.append(say(campaign, "check.blurred"))
    if agreeing:
        phrase = "check.agrees-otherwise" if differing else "check.agrees"
        lines.append(say(campaign, phrase, values=agreed(holding, agreeing)))
    notes = [*_unconfirmed(holding, requirement, unconfirmed), *_before_as_of(holding, requirement, pages)]
    lines += [one.text for one in notes]
    return Told(tuple(lines), (*findings, *notes), _seen(holding, differing, agreeing), pairs)


def _scan(holding: Holding, requirement: Requirement, files: tuple[FiledFile, ...]) -> Told:
    """The stamped form: what is read in it beside the electronic form, and whether a red seal is seen."""
    campaign = holding.campaign
    readings = [file.scan for file in files if file.scan is not None]
    pages = [file.shown for file in files if file.shown is not None]
    if not readings and pages and all(page.blurred for page in pages):
        return _unread(holding, requirement, files)
    pairs = compare(holding, (reading.fields for reading in readings))
    differing, agreeing, unconfirmed = _sorted(pairs)
    findings, lines = [], []
    if differing:
        said = in_words(campaign, differing, phrase="check.pair-scan")
        code = "evidence.scan-mismatch"
        findings.append(finding(campaign, code, Severity.WARNING, where=Role.FORM_SCAN, pairs=said))
        lines.append(findings[0].text)
    if agreeing:
        phrase = "check.agrees-otherwise-scan" if differing else "check.agrees-scan"
        lines.append(say(campaign, phrase, values=agreed(holding, agreeing)))
    if any(file.seal is Seal.PRESENT for file in files):
        lines.append(say(campaign, "check.seal-seen"))
    notes = [] if agreeing else _unconfirmed(holding, requirement, unconfirmed, phrase="picture.unconfirmed-scan")
    seal = _seal(holding, files)
    findings += [*notes, *seal]
    lines += [one.text for one in (*notes, *seal) if not one.for_reviewer]
    seen = _seen(holding, differing, agreeing)
    if any(one.code == "seal.not-seen" for one in seal) and seen is not Seen.DIFFERS:
        seen = Seen.NO_SEAL
    return Told(tuple(lines), tuple(findings), seen, pairs)


def _sorted(pairs: Iterable[Compared]) -> tuple[list[Compared], list[Compared], list[Compared]]:
    """Those that disagree, those that agree, and those that nothing can be compared with."""
    pairs = tuple(pairs)
    differing, agreeing, unconfirmed = ([one for one in pairs if one.agrees is how] for how in (False, True, None))
    return differing, agreeing, unconfirmed


def _seen(holding: Holding, differing: list[Compared], agreeing: list[Compared]) -> Seen | None:
    if differing:
        return Seen.DIFFERS
    return Seen.AGREES if any(is_exact(holding, one) for one in agreeing) else None


def _is_unread(page: Shown) -> bool:
    """Whether nothing was read in it that says anything: no value, and not even what page it is, or too blurred."""
    return not page.values and (page.blurred or page.role is Role.UNKNOWN)


def _unread(holding: Holding, requirement: Requirement, files: tuple[FiledFile, ...]) -> Told:
    found = finding(
        holding.campaign,
        "attachment.unreadable",
        Severity.WARNING,
        where=requirement.role,
        phrase="attachment.unreadable-picture",
        file=names_of(holding, files),
    )
    return Told((found.text,), (found,), Seen.UNREAD)


def _mismatches(holding: Holding, requirement: Requirement, differing: list[Compared]) -> list[Finding]:
    """A finding for each kind of thing that differs, with both values."""

    def code(pair: Compared) -> str:
        return mismatch_of(holding, pair)

    figures_first = sorted(differing, key=lambda pair: (code(pair) != "evidence.points-mismatch", code(pair)))
    return [
        finding(
            holding.campaign,
            kind,
            Severity.WARNING,
            where=requirement.role,
            pairs=in_words(holding.campaign, pairs, phrase="check.pair"),
        )
        for kind, pairs in groupby(figures_first, key=code)
    ]


def _unconfirmed(
    holding: Holding, requirement: Requirement, pairs: list[Compared], *, phrase: str = "picture.unconfirmed"
) -> list[Finding]:
    if not pairs:
        return []
    said = {"phrase": phrase, "values": alone(holding.campaign, pairs)}
    return [finding(holding.campaign, "picture.unconfirmed", Severity.NOTE, where=requirement.role, **said)]


def _before_as_of(holding: Holding, requirement: Requirement, pages: list[Shown]) -> list[Finding]:
    """A note where the picture is older than the day on which its figures count."""
    read = {key for page in pages for key in page.values}
    days = [rule.as_of for rule in holding.category.rules if rule.as_of is not None and read & set(rule.reads)]
    taken = [page.values.get(CAPTURED_ON) for page in pages]
    known = [one for one in taken if isinstance(one, date)]
    said_on = holding.fields.get(CAPTURED_ON)
    latest = max(known, default=said_on if isinstance(said_on, date) else None)
    if not days or latest is None or latest >= max(days):
        return []
    campaign = holding.campaign
    said = {"day": day(campaign, latest), "as_of": day(campaign, max(days))}
    return [finding(campaign, "picture.before-as-of-day", Severity.NOTE, where=requirement.role, **said)]


def _seal(holding: Holding, files: tuple[FiledFile, ...]) -> list[Finding]:
    """Advice only: a seal may be faint, and of a grey scan nobody can tell."""
    seals = {file.seal for file in files if file.seal is not None}
    if not seals or Seal.PRESENT in seals:
        return []
    excused = is_without_unit(holding, ORGANISATION)
    code = "seal.not-seen" if Seal.UNKNOWN not in seals and not excused else "seal.uncertain"
    return [finding(holding.campaign, code, Severity.NOTE, where=Role.FORM_SCAN)]
