"""Mails forwarded in the text: the block of header lines that each mail program puts above them.

QQ, NetEase, Foxmail, Outlook and Thunderbird write it in Chinese or English, under a rule (-----原始邮件-----,
---------- Forwarded message ---------, ____) or under none, quoted or not, in lines or in a table.
"""

from __future__ import annotations

import re

_MOST_CHARS = 60_000
_MOST_BLOCKS = 20
_WRAPPED_LINES = 1
_MARKS = " >|*;\t\xa0\u3000"
_SENDER = r"发件人|寄件者|寄件人|发信人|From"
_SUBJECT = r"主题|主旨|标题|邮件主题|Subject"
_OTHER = (
    r"发送时间|发送日期|日期|时间|寄件日期|收件人|收件者|抄送人?|副本|附件|回复|Date|Sent|To|Cc|Reply-To|Attachments"
)
_LINE = re.compile(
    rf"[\s>|*]*(?:(?P<sender>{_SENDER})|(?P<subject>{_SUBJECT})|(?:{_OTHER}))[ \t\u3000\xa0*]*[:：|\t]"
    r"[ \t\u3000\xa0*|]*(?P<value>.*)",
    re.IGNORECASE,
)


def quoted_subjects(text: str) -> tuple[str, ...]:
    """The subjects of the mails that are quoted in `text`, the outermost first.

    A block counts where a line of the sender and a line of the subject stand together, with nothing but other header
    lines (blank ones, and the second line of a long list of addresses) between them.
    """
    found: list[str] = []
    sender_seen = False
    subject: str | None = None
    strangers = 0
    for line in text[:_MOST_CHARS].splitlines():
        match = _LINE.match(line)
        if match is None:
            strangers += bool(line.strip(_MARKS))
            if strangers > _WRAPPED_LINES:
                sender_seen, subject = False, None
            continue
        strangers = 0
        sender_seen |= match["sender"] is not None
        if match["subject"] is not None:
            subject = match["value"].strip(_MARKS)
        if sender_seen and subject is not None:
            found.append(subject)
            sender_seen, subject = False, None
    return tuple(filter(None, found))[:_MOST_BLOCKS]
