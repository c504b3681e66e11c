"""What particular providers answer in words of their own, one row each: symptom, meaning, remedy.

Read from the top, the first row that fits decides. Source: the providers' public help pages on returned mail; no live
account was tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from mailflow.wire.quirks import NETEASE, TENCENT
from mailflow.wire.smtp_result import Outcome, Scope

QUARTER_HOUR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ReplyQuirk:
    """An answer whose code begins with one of the digits `codes` and whose text holds `pattern` (case is ignored).

    `symptom` is what it means, `remedy` what the operator does about it; the rest is as in Result.
    """

    id: str
    provider: str
    codes: str
    pattern: str
    symptom: str
    remedy: str
    outcome: Outcome
    scope: Scope
    wait: timedelta | None = None

    def fits(self, code: int, text: str) -> bool:
        """Whether the answer `code text` is meant by this row."""
        return str(code)[:1] in self.codes and re.search(self.pattern, text, re.IGNORECASE) is not None


REPLY_QUIRKS: tuple[ReplyQuirk, ...] = (
    ReplyQuirk(
        id="smtp-netease-quarter-hour",
        provider=NETEASE,
        codes="4",
        pattern=r"\bMI:SFQ\b",
        symptom="more letters in 15 minutes than the account may send",
        remedy="lower smtp.quota_15min; the rest leaves in 15 minutes",
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=QUARTER_HOUR,
    ),
    ReplyQuirk(
        id="smtp-netease-recipients",
        provider=NETEASE,
        codes="4",
        pattern=r"\bRP:QRC\b",
        symptom="more recipients in a short time than the account may write to",
        remedy="lower smtp.quota_15min; the rest leaves in half an hour",
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=2 * QUARTER_HOUR,
    ),
    ReplyQuirk(
        id="smtp-netease-day",
        provider=NETEASE,
        codes="45",
        pattern=r"\b(MI:STC|RP:TRC)\b",
        symptom="the account's letters or recipients of the day are used up",
        remedy="lower smtp.quota_day; the rest leaves tomorrow",
        outcome=Outcome.DEFERRED,
        scope=Scope.DAY,
    ),
    ReplyQuirk(
        id="smtp-netease-connection",
        provider=NETEASE,
        codes="4",
        pattern=r"\b(MI:DMC|RP:DRC|MI:CEL|MI:CCL|RP:CEL|RP:CCL)\b",
        symptom="more letters or commands over one connection than the server allows",
        remedy="nothing to do: the letter leaves over a new connection",
        outcome=Outcome.DEFERRED,
        scope=Scope.CONNECTION,
    ),
    ReplyQuirk(
        id="smtp-netease-slow-down",
        provider=NETEASE,
        codes="4",
        pattern=r"\bHL:[A-Z]{3}\b",
        symptom="too many connections or letters from this network address",
        remedy="lower smtp.quota_15min; the rest leaves in 15 minutes",
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=QUARTER_HOUR,
    ),
    ReplyQuirk(
        id="smtp-netease-login-limit",
        provider=NETEASE,
        codes="45",
        pattern=r"too much fail authentication|auth error limit exceed",
        symptom="the login is barred for a while after too many failed ones",
        remedy="put the right 授权码 (authorisation code) into smtp.password, wait an hour, run mailflow check",
        outcome=Outcome.DEFERRED,
        scope=Scope.ACCOUNT,
    ),
    ReplyQuirk(
        id="smtp-netease-suspended",
        provider=NETEASE,
        codes="5",
        pattern=r"\bHL:[A-Z]{3}\b|\bIP is rejected\b",
        symptom="this network address is suspended",
        remedy="ask the provider if it lasts; tried again in an hour",
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=4 * QUARTER_HOUR,
    ),
    ReplyQuirk(
        id="smtp-netease-not-allowed",
        provider=NETEASE,
        codes="5",
        pattern=r"user has no permission|authentication is required|\bRP:FRL\b",
        symptom="the account may not send over SMTP",
        remedy="web mail, 设置 > POP3/SMTP/IMAP: switch IMAP/SMTP服务 on, put the 授权码 into smtp.password",
        outcome=Outcome.DEFERRED,
        scope=Scope.ACCOUNT,
    ),
    ReplyQuirk(
        id="smtp-netease-sender-differs",
        provider=NETEASE,
        codes="5",
        pattern=r"\bDT:SUM\b",
        symptom="the letter's From is not the address of its MAIL FROM",
        remedy="the letter was written for another smtp.sender: set that one again, or drop the letter",
        outcome=Outcome.REFUSED,
        scope=Scope.LETTER,
    ),
    ReplyQuirk(
        id="smtp-netease-spam-for-now",
        provider=NETEASE,
        codes="4",
        pattern=r"\bDT:SPM\b",
        symptom="the content looks like spam to the server",
        remedy="tried again in two minutes; if it comes often, vary subjects and lower smtp.quota_15min",
        outcome=Outcome.DEFERRED,
        scope=Scope.LETTER,
        wait=timedelta(minutes=2),
    ),
    ReplyQuirk(
        id="smtp-netease-spam",
        provider=NETEASE,
        codes="5",
        pattern=r"\bDT:SPM\b",
        symptom="the content looks like spam to the server",
        remedy="read the letter, write to its recipient yourself; many with one subject trigger this",
        outcome=Outcome.REFUSED,
        scope=Scope.LETTER,
    ),
    ReplyQuirk(
        id="smtp-tencent-frequency",
        provider=TENCENT,
        codes="45",
        pattern=r"\bfrequency limited\b",
        symptom="more letters than the account or this network address may send",
        remedy="lower smtp.quota_15min; the rest leaves in 15 minutes",
        outcome=Outcome.DEFERRED,
        scope=Scope.QUOTA,
        wait=QUARTER_HOUR,
    ),
)
