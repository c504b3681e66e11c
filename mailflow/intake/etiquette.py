"""When not to answer, and why (RFC 3834), as one table; and which mail is a machine's talk and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailflow.model.message import Message

LOOP_HEADER = "x-mailflow"
REF_HEADER = "x-mailflow-ref"
"""The header in which our letters carry their receipt number; it is believed no more than a subject."""

_DAEMONS = re.compile(
    r"(?:mailer-?daemon|post-?master|(?:do)?-?not?[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?|daemon|auto-?reply)"
    r"(?:[-+_.=].*)?"
)
_REPLY_PREFIX = re.compile(r"\s*(?:re|aw|fw|fwd|回复|答复|回覆|转发|轉寄)\s*[:：]", re.IGNORECASE)
_BOUNCE_SUBJECT = re.compile(
    r"\s*(?:系统退信|退信|邮件退回|投递失败|undelivered mail|undeliverable|delivery failure"
    r"|delivery status notification|mail delivery (?:failed|system)|returned mail|failure notice)",
    re.IGNORECASE,
)
RECALL = "recall"
_RECALL_SUBJECT = re.compile(
    r"\s*(?:发信方已撤回|撤回邮件|邮件撤回|对方已撤回"
    r"|(?![^\n]*[我请想能怎吗?？])[^\n]{1,60}撤回了(?:一封)?邮件"
    r"|(?:message )?recall(?:\s*(?::|report|success|fail)))",
    re.IGNORECASE,
)
_OUTLOOK_RECALL = re.compile(r"\s*(?:撤回|recall)\s*[:：]", re.IGNORECASE)
_RECALL_TEXT = re.compile(r"撤回(?:了)?(?:此|该|这封|一封)?邮件|like to recall the message", re.IGNORECASE)
"""Outlook puts 撤回: before the old subject, which a person may write too; its text tells them apart."""
_AUTO_REPLY_SUBJECT = re.compile(
    r"\s*[\[【(（]?\s*(?:自动回复|自动答复|自動回覆|auto(?:matic)?[- ]?(?:reply|response)"
    r"|out of (?:the )?office|ooo\b)",
    re.IGNORECASE,
)
_RECEIPT_NUMBER = re.compile(r"[A-Z0-9]{2,12}-[2-9A-HJKMNP-TV-Z]{6}\b", re.IGNORECASE)
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_REPORTS = ("multipart/report", "message/delivery-status", "message/disposition-notification")

_Test = Callable[[Message, frozenset[str]], bool]


def reason_for_silence(message: Message, own_addresses: frozenset[str]) -> str | None:
    """Why `message` must not be answered, None where it may be. `own_addresses` are in lower case.

    | reason | what is seen |
    |---|---|
    | own-loop | our own header X-Mailflow, or one of our own addresses as sender |
    | bounce | multipart/report, X-Failed-Recipients, a subject of a returned mail (退信) |
    | recall | a recall notice (发信方已撤回…, 撤回邮件); a command with a receipt number is none |
    | auto-submitted | Auto-Submitted other than "no" (RFC 3834 §2), X-Autoreply and its kin |
    | null-return-path | Return-Path: <> |
    | daemon-sender | mailer-daemon, postmaster, no-reply and their like |
    | list | any List-* field (RFC 2919, RFC 2369) |
    | bulk | Precedence bulk, list or junk |
    | auto-reply-subject | 自动回复, Automatic reply, Out of office |
    | no-sender | no From, or more than one: nobody to answer |

    The first that holds is given. X-Auto-Response-Suppress alone proves no machine: Outlook puts it on people's mail.
    Where none holds, the books may still show that the same was answered often enough (`mailflow.steps.process`).
    """
    return next((reason for reason, holds in _TABLE if holds(message, own_addresses)), None)


def is_machine_mail(message: Message, own_addresses: frozenset[str] = frozenset()) -> bool:
    """Whether `message` is a machine's talk and is set aside (`ignored`) instead of being judged.

    | reason for silence | set aside |
    |---|---|
    | own-loop by X-Mailflow, bounce, recall | always: what is attached is an earlier mail |
    | all others but no-sender | unless a file came with it |
    | no-sender, none | never: a person looks at it |

    So a form that comes through a list or a no-reply gateway is filed, without an answer; a text alone is not.
    """
    reason = reason_for_silence(message, own_addresses)
    if reason is None or reason == "no-sender":
        return False
    if reason in ("bounce", RECALL) or LOOP_HEADER in message.headers:
        return True
    return not any(
        attachment.container is None and not attachment.inline and not attachment.media_type.startswith("message/")
        for attachment in message.attachments
    )


def _is_own(message: Message, own_addresses: frozenset[str]) -> bool:
    return LOOP_HEADER in message.headers or message.sender in own_addresses - {""}


def _is_bounce(message: Message, _: frozenset[str]) -> bool:
    content_type = _first(message, "content-type").lower()
    return (
        content_type.startswith(_REPORTS)
        or "x-failed-recipients" in message.headers
        or _BOUNCE_SUBJECT.match(message.subject) is not None
    )


def _is_recall(message: Message, _: frozenset[str]) -> bool:
    if _RECEIPT_NUMBER.search(message.subject) is not None:
        return False
    says_so = _OUTLOOK_RECALL.match(message.subject) is not None and _RECALL_TEXT.search(message.text) is not None
    return says_so or _RECALL_SUBJECT.match(message.subject) is not None


def _is_auto_submitted(message: Message, _: frozenset[str]) -> bool:
    values = message.headers.get("auto-submitted", ())
    if any(_keyword(value) not in ("no", "") for value in values):
        return True
    return any(name in message.headers for name in ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"))


def _has_null_return_path(message: Message, _: frozenset[str]) -> bool:
    return message.return_path == ""


def _is_daemon(message: Message, _: frozenset[str]) -> bool:
    senders = (message.sender, message.return_path or "")
    return any(_DAEMONS.fullmatch(address.partition("@")[0]) is not None for address in senders if address)


def _is_list(message: Message, _: frozenset[str]) -> bool:
    return any(name.startswith("list-") for name in message.headers)


def _is_bulk(message: Message, _: frozenset[str]) -> bool:
    return any(_keyword(value) in _BULK for value in message.headers.get("precedence", ()))


def _is_auto_reply(message: Message, _: frozenset[str]) -> bool:
    subject = message.subject
    for _round in range(10):
        prefix = _REPLY_PREFIX.match(subject)
        if prefix is None:
            break
        subject = subject[prefix.end() :]
    return _AUTO_REPLY_SUBJECT.match(subject) is not None


def _has_no_sender(message: Message, _: frozenset[str]) -> bool:
    return not message.sender


_TABLE: tuple[tuple[str, _Test], ...] = (
    ("own-loop", _is_own),
    ("bounce", _is_bounce),
    (RECALL, _is_recall),
    ("auto-submitted", _is_auto_submitted),
    ("null-return-path", _has_null_return_path),
    ("daemon-sender", _is_daemon),
    ("list", _is_list),
    ("bulk", _is_bulk),
    ("auto-reply-subject", _is_auto_reply),
    ("no-sender", _has_no_sender),
)


def _first(message: Message, name: str) -> str:
    return next(iter(message.headers.get(name, ())), "")


def _keyword(value: str) -> str:
    """The keyword of a field like Auto-Submitted, without comment and parameters."""
    return re.split(r"[;(\s]", value.strip(), maxsplit=1)[0].lower()
