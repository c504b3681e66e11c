"""Message, facts, campaign and what is known become one judgement. Pure; all findings come before the answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.campaign.periods import period_of
from mailflow.intake.subject import announced_count, parse_subject
from mailflow.judge.attachments import UNREAD, check_requirements, unread_file, unsafe_files
from mailflow.judge.company import HomeArea, check_home_area, check_other_categories, check_others
from mailflow.judge.eligibility import check_rules
from mailflow.judge.forms import check_fields, check_name, form_is_read
from mailflow.judge.found import Found, finding, together, verdict_of
from mailflow.judge.holding import Holding, Said, news_of, readings_for, said_by
from mailflow.judge.merge import as_asked, merged_fields, merged_files, own_files
from mailflow.judge.names import folded, same_name
from mailflow.judge.people import STUDY_ID, UNIT, own_form, text_of
from mailflow.judge.phrase import listed, quoted, say
from mailflow.judge.reuse import with_reuse
from mailflow.judge.standing import Claim, Standing, standing_of
from mailflow.judge.timing import check_time, is_kept_aside
from mailflow.model.campaign import Campaign, Category, Severity
from mailflow.model.entry import Finding, Known, Relation, Submission
from mailflow.model.facts import Facts, FileFacts
from mailflow.model.hazard import is_program
from mailflow.model.judgement import Disposition, Draft, Judgement, Route
from mailflow.model.message import Message


@dataclass(frozen=True, slots=True)
class _Case:
    """One mail as it is judged."""

    route: Route
    message: Message
    facts: Facts
    campaign: Campaign
    known: Known
    arrived_at: datetime
    home_area: HomeArea | None


def judge(
    route: Route,
    message: Message,
    facts: Facts,
    campaign: Campaign,
    known: Known,
    *,
    arrived_at: datetime,
    home_area: HomeArea | None = None,
) -> Judgement:
    """Judges each draft of `route` against the campaign and the entries that are `known`.

    `arrived_at` (aware) is the server's time of arrival. `home_area` tells where a mobile number is from;
    without it nothing is said of home areas. Never raises for anything a sender can write.
    """
    case = _Case(route, message, facts, campaign, known, arrived_at, home_area)
    submissions: list[Submission] = []
    unplaced = list(route.unplaced)
    for draft in route.drafts:
        submission = _submission(case, draft)
        if submission is None:
            unplaced.extend(draft.files)
        else:
            submissions.append(submission)
    findings = (*route.findings, *_of_the_mail(case), *_miscounted(case, submissions), *_left_out(case, submissions))
    names = _shown_names(campaign, message, unplaced)
    if route.drafts and not submissions:
        reason = say(campaign, "held.same-name", name=quoted(route.drafts[0].applicant))
        return Judgement(Disposition.HELD, reason, (), findings, names, route.silence)
    judged = with_reuse(submissions, campaign, known)
    return Judgement(route.disposition, route.reason, judged, findings, names, route.silence)


def _submission(case: _Case, draft: Draft) -> Submission | None:
    """One draft, judged; None where two entries of its sender fit equally well."""
    campaign, category = case.campaign, case.campaign.category(draft.category)
    case = replace(case, facts=as_asked(case.facts, campaign, category, draft.files))
    said = said_by(readings_for(category, _news(case, draft)))
    claim = Claim(
        case.message.sender,
        draft.applicant,
        category.id,
        period_of(category, case.arrived_at, campaign.zone),
        text_of(said.fields.get(STUDY_ID)) or draft.study_id,
        said.fields,
        case.arrived_at,
        case.route.refs,
    )
    standing = standing_of(claim, case.known)
    if standing.ambiguous:
        return None
    aside = is_kept_aside(campaign, category, standing, case.arrived_at)
    holding = _holding(case, category, draft, standing, said, alone=aside)
    found = _judged(case, holding, standing, claim)
    return _as_submission(case, draft, claim, standing, holding=holding, found=found, aside=aside)


def _news(case: _Case, draft: Draft) -> tuple[FileFacts, ...]:
    """What is known of the draft's files; of a file with several forms, its applicant's."""
    return tuple(
        own_form(file, case.campaign, draft.applicant, draft.study_id, draft.category)
        for file in news_of(case.facts, draft.files)
    )


def _holding(case: _Case, category: Category, draft: Draft, standing: Standing, said: Said, *, alone: bool) -> Holding:
    """What there is to judge: the entry with this mail added, or (`alone`, or not its version) this mail only."""
    news = _news(case, draft)
    files = own_files(case.message, case.facts, draft.files)
    entry = standing.entry
    links = case.message.cloud_links if len(case.route.drafts) == 1 else ()
    if entry is None or standing.relation is not Relation.VERSION or alone:
        return Holding(case.campaign, category, draft.applicant, dict(said.fields), files, news, (), links)
    if case.arrived_at < entry.updated_at:  # an older mail that is judged late, after a person placed it
        files = merged_files(files, entry.files)
        fields = {**said.fields, **entry.fields}
    else:
        files = merged_files(entry.files, files)
        fields = merged_fields(entry.fields, said.fields, said.invalid)
    held = {file.sha256 for file in files}
    news = tuple(file for file in news if file.sha256 in held)
    return Holding(case.campaign, category, draft.applicant, fields, files, news, entry.findings, links)


def _judged(case: _Case, holding: Holding, standing: Standing, claim: Claim) -> Found:
    """All findings, each part in its place; order is that of the checklist."""
    campaign, category = case.campaign, holding.category
    beside = [
        one.category
        for one in case.route.drafts
        if same_name(one.applicant, claim.applicant) and (not one.study_id or one.study_id == claim.study_id)
    ]
    return together(
        (
            check_time(campaign, category, standing, case.arrived_at),
            check_requirements(holding),
            check_name(holding),
            check_fields(holding),
            check_rules(campaign, category, holding.fields, now=case.arrived_at, form_read=form_is_read(holding)),
            check_others(campaign, category, standing, case.known, claim.sender),
            check_other_categories(
                campaign,
                category,
                claim.applicant,
                holding.fields,
                claim.study_id,
                known=case.known,
                in_this_mail=beside,
            ),
            check_home_area(campaign, holding.fields, case.home_area),
        )
    )


def _as_submission(
    case: _Case, draft: Draft, claim: Claim, standing: Standing, *, holding: Holding, found: Found, aside: bool
) -> Submission:
    entry = standing.entry
    mine = entry if entry is not None and standing.relation is Relation.VERSION else None
    unit = case.known.unit_of(case.message.sender)
    return Submission(
        applicant=draft.applicant,
        category=draft.category,
        period=mine.period if mine is not None and not standing.carries_period else claim.period,
        study_id=claim.study_id or (mine.study_id if mine is not None else None),
        unit=(unit.name if unit is not None else None)
        or draft.unit
        or text_of(holding.fields.get(UNIT))
        or (mine.unit if mine is not None else None),
        verdict=verdict_of(found.verdicts),
        relation=Relation.KEPT_ASIDE if aside else standing.relation,
        ref=entry.ref if entry is not None and standing.relation is not Relation.CONFLICT else None,
        fields=holding.fields,
        findings=found.findings,
        checks=found.checks,
        files=holding.files,
        carries_period=standing.carries_period,
    )


def _of_the_mail(case: _Case) -> tuple[Finding, ...]:
    """What concerns a mail for several, or for nobody known, as a whole: links in place of files, and unread files."""
    campaign = case.campaign
    if len(case.route.drafts) == 1 or case.route.disposition is Disposition.IGNORED:
        return ()
    owned = {sha256 for draft in case.route.drafts for sha256 in draft.files}
    found = [
        unread_file(campaign, file, Severity.WARNING)
        for file in case.facts.files
        if file.problem in UNREAD and file.sha256 not in owned
    ]
    found += unsafe_files(campaign, (one for one in case.message.attachments if one.sha256 not in owned))
    hosts = dict.fromkeys(quoted(one) for one in case.message.cloud_links)
    if hosts:
        found.append(finding(campaign, "attachment.cloud-link", Severity.WARNING, hosts=listed(campaign, hosts)))
    return tuple(found)


def _miscounted(case: _Case, submissions: Sequence[Submission]) -> tuple[Finding, ...]:
    """`subject.count-differs`: the subject announces more or fewer applicants than were read in the mail."""
    announced = announced_count(case.message.subject)
    people = len({(folded(one.applicant), one.study_id) for one in submissions})
    if not submissions or announced is None or announced in (people, len(submissions)):
        return ()
    code = "subject.count-differs"
    return (finding(case.campaign, code, Severity.WARNING, announced=announced, read=people),)


def _left_out(case: _Case, submissions: Sequence[Submission]) -> tuple[Finding, ...]:
    """`subject.category-ambiguous`, as a warning: the subject names a category as well of which no form came.

    Of a group that allows one each, the form has decided; of a mail that forwards another, the inner subject has.
    """
    campaign = case.campaign
    taken = [campaign.category(one.category) for one in submissions]
    decided = {group.id for group in campaign.groups if group.one_each} & {one.group for one in taken}
    named = [campaign.category(one) for one in parse_subject(case.message.subject, campaign).categories]
    left = [one.name for one in named if one not in taken and one.group not in decided]
    if not taken or not left or case.message.forwarded:
        return ()
    read = listed(campaign, dict.fromkeys(one.name for one in taken))
    code, phrase = "subject.category-ambiguous", "subject.category-left"
    left_out = listed(campaign, left)
    return (finding(campaign, code, Severity.WARNING, phrase=phrase, left=left_out, read=read),)


def _shown_names(campaign: Campaign, message: Message, wanted: Iterable[str]) -> tuple[str, ...]:
    """File names for people, of files that could not be matched, with the folder they lie in where they do."""
    names = {
        one.sha256: "/".join(filter(None, (one.folder, one.filename or say(campaign, "check.nameless"))))
        for one in reversed(message.attachments)
        if not is_program(one.media_type)
    }
    return tuple(name for sha256 in dict.fromkeys(wanted) if (name := names.get(sha256)))
