"""One printable page about an entry, for the folder it is filed in. For reviewers: it holds all findings."""

from __future__ import annotations

from mailflow.letters.render import fill
from mailflow.model.campaign import Campaign, Category
from mailflow.model.entry import Check, Compared, KnownEntry
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
        "sources": [printable(one.label) for one in _looked_into(entry)],
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


def _fields(entry: KnownEntry, category: Category, campaign: Campaign, words: Words) -> list[dict[str, object]]:
    """Label and value of what is filled or had to be, in the form's order, then what the form has no place for.

    Beside each stands what the files of each requirement that was looked into show.
    """
    form = campaign.form(category.form)
    labels = {**{pair.field: pair.label for pair in _pairs(entry)}, **headings(form.fields)}
    seen = {pair.field for pair in _pairs(entry)}
    order = [one.id for one in form.fields if one.id in entry.fields or one.id in form.required or one.id in seen]
    others = sorted((set(entry.fields) | seen) - set(order))
    return [
        {
            "label": labels.get(one, one),
            "value": printable(words.value(entry.fields.get(one))),
            "pictures": [_shown(check, one) for check in _looked_into(entry)],
        }
        for one in (*order, *others)
    ]


def _looked_into(entry: KnownEntry) -> list[Check]:
    return [one for one in entry.checks if one.compared]


def _pairs(entry: KnownEntry) -> list[Compared]:
    return [pair for check in entry.checks for pair in check.compared]


def _shown(check: Check, field: str) -> dict[str, str]:
    """What the files of a requirement show of a field, and how that stands to the form; empty where nothing."""
    pair = next((one for one in check.compared if one.field == field), None)
    if pair is None:
        return {"text": "", "mark": ""}
    marks = {True: "met", False: "unsure", None: "note"}
    return {"text": printable(pair.picture), "mark": marks[pair.agrees]}


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
