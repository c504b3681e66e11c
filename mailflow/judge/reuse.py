"""Material that stands under another applicant too: a warning for the reviewer, never a word to the sender."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailflow.judge.found import finding
from mailflow.judge.names import same_name
from mailflow.judge.people import STUDY_ID
from mailflow.judge.phrase import listed, quoted, say
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import FiledFile, Finding, Known, KnownEntry, Submission
from mailflow.model.facts import Facts
from mailflow.model.trace import Trace, TraceKind, Use, traces_of

_MOST_NAMED = 3


def traces_to_ask_for(facts: Facts, study_ids: Iterable[str | None], entries: Iterable[KnownEntry]) -> frozenset[Trace]:
    """By what the books are asked who else bears it: what a mail brings, and what the entries hold that it may mean."""
    forms = [one for file in facts.files if file.form is not None for one in (file.form, *file.more_forms)]
    traces = traces_of(facts.files, (*study_ids, *(one.fields.get(STUDY_ID) for one in forms)))
    return traces.union(*(traces_of(entry.files, (entry.study_id,)) for entry in entries))


def with_reuse(submissions: Sequence[Submission], campaign: Campaign, known: Known) -> tuple[Submission, ...]:
    """The submissions of a mail, each with `evidence.reused` where another's entry, or another in it, has the same.

    Whoever bears the same name is no other: one applicant may stand in several categories, and send a file twice.
    """
    return tuple(
        replace(one, findings=(*one.findings, found)) if (found := _reused(one, submissions, campaign, known)) else one
        for one in submissions
    )


def _reused(one: Submission, beside: Sequence[Submission], campaign: Campaign, known: Known) -> Finding | None:
    in_the_mail = (Use(trace, other.ref, other.applicant, other.category) for other in beside for trace in other.traces)
    mine = one.traces
    uses = [
        use
        for use in (*known.uses, *in_the_mail)
        if use.trace in mine and not same_name(use.applicant, one.applicant) and (use.ref is None or use.ref != one.ref)
    ]
    if not uses:
        return None
    strongest: dict[tuple[str, str | None], Use] = {}
    for use in sorted(uses, key=lambda use: list(TraceKind).index(use.trace.kind)):
        strongest.setdefault((use.applicant, use.ref), use)
    why = [_why(one, use, campaign) for use in strongest.values()][:_MOST_NAMED]
    code = "evidence.reused"
    return finding(campaign, code, Severity.WARNING, why=listed(campaign, why), where=_where(one, uses[0].trace))


def _why(one: Submission, use: Use, campaign: Campaign) -> str:
    name = quoted(use.applicant)
    who = say(campaign, "check.with-ref", name=name, ref=use.ref) if use.ref else name
    if use.trace.kind is TraceKind.STUDY_ID:
        return say(campaign, "evidence.reused-study-id", study_id=quoted(use.trace.key), who=who)
    file = _file_of(one, use.trace)
    shown = quoted(file.filename or "") if file is not None else ""
    phrase = "evidence.reused-file" if use.trace.kind is TraceKind.FILE else "evidence.reused-pixels"
    return say(campaign, phrase, file=shown or say(campaign, "check.nameless"), who=who)


def _where(one: Submission, trace: Trace) -> str:
    file = _file_of(one, trace)
    return file.role if file is not None else STUDY_ID


def _file_of(one: Submission, trace: Trace) -> FiledFile | None:
    return next((file for file in one.files if trace.key in (file.sha256, file.pixels)), None)
