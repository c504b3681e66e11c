"""One printable page about an entry, for the folder it is filed in. For reviewers: it holds all findings."""

from __future__ import annotations

from mailflow.letters.render import fill
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import KnownEntry
from mailflow.reports.words import Words, headings, printable, words_of

KILOBYTE = 1000


def entry_summary(entry: KnownEntry, campaign: Campaign) -> str:
    """The page as HTML that needs no other file: fields, checklist, findings, files and times, in the campaign's
    language. Everything a sender wrote is escaped. Raises MailflowError where its template is missing or broken.
    """
    words = words_of(campaign)
    category = campaign.category(entry.category)
    values = {
        "campaign": campaign.name,
        "entry": entry,
        "applicant": printable(entry.applicant),
        "category": category,
        "status": words.say(f"status.{entry.status}"),
        "number": words.say("entry.number", number=entry.number) if entry.number is not None else "",
        "fields": _fields(entry, category, campaign, words),
        "findings": [
            {"severity": one.severity.value, "text": printable(one.text), "for_reviewer": one.for_reviewer}
            for one in entry.findings
        ],
        "checks": [
            {"mark": one.mark.value, "label": printable(one.label), "detail": printable(one.detail)}
            for one in entry.checks
        ],
        "files": _files(entry, campaign, words),
        "arrived": words.instant(entry.arrived_at),
        "complete": words.instant(entry.complete_at) if entry.complete_at else "",
        "updated": words.instant(entry.updated_at),
        "zone": campaign.zone.key,
    }
    return fill(f"{campaign.language}/entry/summary.html", values)


def _fields(entry: KnownEntry, category: Category, campaign: Campaign, words: Words) -> list[tuple[str, str]]:
    """Label and value of what is filled or had to be, in the form's order, then what the form has no place for."""
    form = campaign.form(category.form)
    named = headings(form.fields)
    shown = [
        (named[one.id], printable(words.value(entry.fields.get(one.id))))
        for one in form.fields
        if one.id in entry.fields or one.id in form.required
    ]
    others = sorted(set(entry.fields) - set(named))
    return shown + [(one, printable(words.value(entry.fields[one]))) for one in others]


def _files(entry: KnownEntry, campaign: Campaign, words: Words) -> list[dict[str, str]]:
    return [
        {
            "role": campaign.role_labels.get(one.role) or words.say(f"role.{one.role}"),
            "name": printable(one.filename or ""),
            "size": f"{max(1, round(one.size / KILOBYTE)):,} kB",
            "sha256": one.sha256[:12],
        }
        for one in entry.files
    ]
