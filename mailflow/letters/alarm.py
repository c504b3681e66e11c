"""The alarm: one sentence about what is wrong, one about what to do, and the technical words below."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from mailflow.letters.frame import frame
from mailflow.letters.masking import one_line
from mailflow.letters.render import render
from mailflow.model.campaign import Campaign
from mailflow.model.letter import Correspondent, Letter, LetterKind


class AlarmCode(StrEnum):
    """What an alarm is about. Each has its sentences in `templates/<language>/alarm/alarms.txt`."""

    LOGIN_REFUSED = "login-refused"
    SERVER_UNREACHABLE = "server-unreachable"
    DISK_FULL = "disk-full"
    DATABASE_LOCKED = "database-locked"
    ADDRESS_FAILING = "address-failing"
    LETTER_UNKNOWN = "letter-unknown"
    OCCURRENCE_MISSED = "occurrence-missed"
    RECOMMENDATION_WAITS = "recommendation-waits"
    MESSAGE_SHUNTED = "message-shunted"
    BREAKER_OPEN = "breaker-open"
    UNITS_UNREADABLE = "units-unreadable"
    QUOTA_REACHED = "quota-reached"
    HOLIDAYS_UNKNOWN = "holidays-unknown"
    STEP_FAILS = "step-fails"


def compose_alarm(
    what: AlarmCode,
    detail: str,
    *,
    to: str,
    campaign: Campaign,
    correspondent: Correspondent,
    key: str,
    now: datetime,
    about: str = "",
    minutes: int | None = None,
) -> Letter:
    """The alarm `what` to one organiser, as a Letter with the outbox key `key`.

    `detail` is technical (an error's text); `about` names the thing (a server, an address, an occurrence, a receipt
    number); `minutes` is how long it has lasted. Neither is needed for any code. Raises MailflowError where a template
    cannot be used.
    """
    values = {
        **frame(correspondent, campaign, now, tone="alarm"),
        "code": what.value,
        "about": one_line(about, 120),
        "minutes": minutes,
        "detail": one_line(detail, 600),
    }
    letter = render("alarm", campaign.language, values)
    return Letter(key=key, kind=LetterKind.ALARM, to=to, subject=letter.subject, text=letter.text, html=letter.html)
