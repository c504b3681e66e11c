"""The finding codes, and what each means. docs/findings.md is this table for readers."""

from __future__ import annotations

CODES: dict[str, str] = {
    "subject.unreadable": "Neither applicant nor category can be told from the subject or the forms.",
    "subject.category-unknown": "The subject names no category of this campaign, and no form decides.",
    "subject.category-ambiguous": "The subject names several categories, and no form decides.",
    "subject.name-missing": "The category is known, the applicant is not.",
    "subject.count-differs": "The subject announces another number of applicants than the mail brings.",
    "reply.without-files": "An answer to a letter of ours brings words only; a person reads them.",
    "form.missing": "No electronic registration form is attached.",
    "form.unreadable": "A registration form is attached but nothing can be read from it.",
    "form.wrong-category": "The form's title names another category than the subject; the subject decides.",
    "form.name-mismatch": "The name on the form is not the name in the subject.",
    "field.missing": "A required field of the form is empty; `where` is the field.",
    "field.invalid": "A field is filled, but not with a value of its kind; `where` is the field.",
    "field.too-long": "A free text is longer than the form allows; `where` is the field.",
    "attachment.missing": "A required file is not attached; `where` is its role.",
    "attachment.cloud-link": "Only a download link arrived in place of a file.",
    "attachment.too-large": "The mail was too large to be fetched.",
    "attachment.encrypted": "A file or archive is protected by a password.",
    "attachment.unsupported": "A file is of a kind that cannot be read.",
    "attachment.unreadable": "A file is damaged, or nothing can be read in it.",
    "attachment.unrecognised": "A file arrived, but which of the papers it is cannot be told, while some are missing.",
    "attachment.unsafe": "A file is a program (never passed on) or a document with macros; neither is ever opened.",
    "deadline.passed": "The mail arrived at or after the deadline (a note where an update is still taken).",
    "not-open": "The mail arrived before the category opens; a person decides.",
    "evidence.points-mismatch": "Form and screenshot show different figures; both are quoted.",
    "evidence.name-mismatch": "Form and screenshot show different names.",
    "evidence.study-id-mismatch": "Form and screenshot show different 学号.",
    "evidence.organisation-mismatch": "Form and screenshot show different 学习组织; one name within the other is none.",
    "evidence.date-mismatch": "Form and screenshot show different days.",
    "evidence.scan-mismatch": "The electronic form and its stamped scan differ; both values are quoted.",
    "evidence.reused": "The same picture, or 学号 (and with it its figures), stands under another applicant.",
    "picture.unconfirmed": "Read in a picture alone: shown as read, never used.",
    "picture.before-as-of-day": "The screenshot is older than the day on which its figures count.",
    "seal.not-seen": "No red seal is seen on the stamped scan; the sender is asked to make sure.",
    "seal.uncertain": "Whether the scan bears a seal cannot be told (grey), or no seal can be had.",
    "conflict.other-sender": "Another address has registered the same applicant; that both agree is not certain.",
    "person.other-category": "The applicant also stands in another category of a group that allows one each.",
    "person.phone-outside-province": "The mobile number's home area is elsewhere, or not known.",
    "sender.unauthenticated": "The receiving server could not verify that the mail comes from its sender's domain.",
}
"""Every code but `rule.<id>`, which each campaign file adds to with its own rules."""

RULE = "rule."
"""What the code of a failed or undecided eligibility rule begins with; the rule's id follows."""

REVIEWER_ONLY = frozenset(
    {
        "evidence.reused",
        "seal.uncertain",
        "conflict.other-sender",
        "person.other-category",
        "person.phone-outside-province",
        "sender.unauthenticated",
    }
)
"""Codes that are never told to a sender: they concern others, or would accuse."""

HOLDS = frozenset({"conflict.other-sender", "not-open"})
"""Codes that hold an entry until a person settles it."""
