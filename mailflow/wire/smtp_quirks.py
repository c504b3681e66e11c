"""What particular providers say in words of their own, one row each: symptom, meaning, remedy.

Read from the top, the first row that fits decides. Source: the providers' public help pages on returned mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from mailflow.wire.smtp_result import Outcome, Scope


@dataclass(frozen=True, slots=True)
class ReplyQuirk:
    """A provider's own wording: an answer whose code starts with one of `codes` and that contains one of `marks`."""

    id: str
    provider: str
    codes: tuple[str, ...]
    marks: tuple[str, ...]
    outcome: Outcome
    scope: Scope
    remedy: str
    wait: timedelta | None = None

    def fits(self, code: str, text: str) -> bool:
        """Whether an answer is meant by this row; case does not matter."""
        folded = text.casefold()
        return code.startswith(self.codes) and any(mark.casefold() in folded for mark in self.marks)


QUIRKS: tuple[ReplyQuirk, ...] = (
    ReplyQuirk(
        id="netease-quarter-hour",
        provider="NetEase",
        codes=("4",),
        marks=("MI:SFQ",),
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=timedelta(minutes=15),
        remedy="the quota of 15 minutes is used up; lower smtp.quota_15min, the rest leaves after 15 minutes",
    ),
    ReplyQuirk(
        id="netease-recipients-short",
        provider="NetEase",
        codes=("4",),
        marks=("RP:QRC",),
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=timedelta(minutes=30),
        remedy="too many recipients in a short time; lower smtp.quota_15min, the rest leaves after 30 minutes",
    ),
    ReplyQuirk(
        id="netease-day",
        provider="NetEase",
        codes=("4", "5"),
        marks=("MI:STC",),
        outcome=Outcome.DEFERRED,
        scope=Scope.DAY,
        remedy="the account's quota of the day is used up; lower smtp.quota_day, the rest leaves tomorrow",
    ),
    ReplyQuirk(
        id="netease-recipients-day",
        provider="NetEase",
        codes=("4", "5"),
        marks=("RP:TRC",),
        outcome=Outcome.DEFERRED,
        scope=Scope.DAY,
        remedy="the account's recipients of the day are used up; lower smtp.quota_day, the rest leaves tomorrow",
    ),
    ReplyQuirk(
        id="netease-connection",
        provider="NetEase",
        codes=("4",),
        marks=("MI:DMC", "RP:DRC", "MI:CEL", "MI:CCL", "RP:CEL", "RP:CCL"),
        outcome=Outcome.DEFERRED,
        scope=Scope.CONNECTION,
        remedy="too much over one connection; the letter leaves over a new one",
    ),
    ReplyQuirk(
        id="netease-slow-down",
        provider="NetEase",
        codes=("4",),
        marks=("HL:",),
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=timedelta(minutes=15),
        remedy="the server asks this address to slow down; lower smtp.quota_15min, the rest leaves after 15 minutes",
    ),
    ReplyQuirk(
        id="netease-address-suspended",
        provider="NetEase",
        codes=("5",),
        marks=("HL:",),
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=timedelta(hours=1),
        remedy="the server has suspended this network address; ask the provider if it lasts, tried again after an hour",
    ),
    ReplyQuirk(
        id="netease-login-limit",
        provider="NetEase",
        codes=("4", "5"),
        marks=("too much fail authentication", "auth error limit exceed"),
        outcome=Outcome.DEFERRED,
        scope=Scope.ACCOUNT,
        remedy="too many failed logins: check the authorisation code (授权码), then run mailflow check",
    ),
    ReplyQuirk(
        id="netease-not-allowed",
        provider="NetEase",
        codes=("5",),
        marks=("user has no permission", "authentication is required", "RP:FRL"),
        outcome=Outcome.DEFERRED,
        scope=Scope.ACCOUNT,
        remedy="the account may not send: switch SMTP on in the web settings, check the authorisation code (授权码)",
    ),
    ReplyQuirk(
        id="netease-sender-differs",
        provider="NetEase",
        codes=("5",),
        marks=("DT:SUM",),
        outcome=Outcome.REFUSED,
        scope=Scope.LETTER,
        remedy="the letter's From is not the account's address: set smtp.sender to it, drop the letter if it is older",
    ),
    ReplyQuirk(
        id="netease-looks-like-spam-for-now",
        provider="NetEase",
        codes=("4",),
        marks=("DT:SPM",),
        outcome=Outcome.DEFERRED,
        scope=Scope.LETTER,
        wait=timedelta(minutes=2),
        remedy="the content looks like spam to the server; tried again after two minutes",
    ),
    ReplyQuirk(
        id="netease-looks-like-spam",
        provider="NetEase",
        codes=("5",),
        marks=("DT:SPM",),
        outcome=Outcome.REFUSED,
        scope=Scope.LETTER,
        remedy="the content looks like spam to the server: look at the letter; many with one subject trigger it",
    ),
    ReplyQuirk(
        id="tencent-frequency",
        provider="Tencent",
        codes=("4", "5"),
        marks=("frequency limited",),
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=timedelta(minutes=15),
        remedy="the server limits how often we send; lower smtp.quota_15min, the rest leaves after 15 minutes",
    ),
)
