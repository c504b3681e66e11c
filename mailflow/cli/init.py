"""`mailflow init`: a commented mailflow.toml for a provider, with careful quotas."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from mailflow.atomic import write_file
from mailflow.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Provider:
    """What differs between providers. Quotas are careful guesses: raise them when the log shows no complaint."""

    imap: str
    smtp: str
    hint: str
    quota_15min: int
    quota_day: int
    poll_seconds: int = 60


NETEASE = (
    "In the web mailbox: 设置 -> POP3/SMTP/IMAP: switch on IMAP/SMTP, make an authorisation code (授权码) and use it\n"
    "# as the password. There too, 收取最近30天邮件 hides older mail from programs: choose 全部邮件."
)
PROVIDERS = {
    "163": Provider("imap.163.com", "smtp.163.com", NETEASE, 20, 200),
    "126": Provider("imap.126.com", "smtp.126.com", NETEASE, 20, 200),
    "qq": Provider(
        "imap.qq.com",
        "smtp.qq.com",
        "In the web mailbox: 设置 -> 账号: switch on IMAP/SMTP, make an authorisation code (授权码) and use it as the\n"
        "# password.",
        20,
        200,
        90,
    ),
    "exmail": Provider(
        "imap.exmail.qq.com",
        "smtp.exmail.qq.com",
        "In the web mailbox: 设置 -> 客户端专用密码: make a client password and use it here. IMAP/SMTP must be on.",
        40,
        500,
        90,
    ),
    "generic": Provider(
        "imap.example.cn", "smtp.example.cn", "Ask your provider for the servers and the password.", 0, 0
    ),
}
TEMPLATE = Template(
    """# mailflow settings. Each key can also be set as environment MAILFLOW_<SECTION>__<KEY>, which wins.
# Relative paths are relative to this file. `mailflow check` tries everything and says what to do.

campaign = "shanxi-2020"    # a shipped campaign, or the path of a file of yours (schedules/README.md)
data     = "data"           # the books, the mails, the filed entries; made on first use, private
mode     = "live"           # "shadow": judge and file, but every letter stays held: a good way to begin

[imap]
host = $imap
port = 993
security = "tls"            # "tls" or "starttls"
username = $address
# $hint
# Better than the password in this file: password_file = "secret/mailbox" (one line, readable by the daemon alone)
password = ""
folder = ["INBOX"]          # more can be watched: genuine mail lands in 垃圾邮件 too, ["INBOX", "垃圾邮件"]
since = ""                  # going live on a full mailbox: "2020-08-14" leaves older mail alone
after = "keep"              # a finished message: "keep", "mark" (keyword) or "move" (into filed_folder); never deleted
filed_folder = ""
poll_seconds = $poll_seconds
max_message_mb = 80         # larger mail is not fetched; its sender is told
# authserv_id = ""          # the server name that begins your provider's Authentication-Results: its word is shown

[smtp]
host = $smtp
port = 465
security = "tls"
username = $address
password = ""               # as above
sender = $address
sender_name = ""
quota_15min = $quota_15min           # letters in 15 minutes; 0: no limit
quota_day = $quota_day

[limits]                    # what goes out, never what comes in; 0: no limit
replies_per_sender_hour = 20
replies_per_hour = 0
breaker_failures = 20       # so many failed letters within an hour stop what goes out, until `mailflow outbox resume`
quiet_minutes = 2           # mails of one sender closer than this share one answer

[reading]                   # the slow readers, where they are installed
pictures = true             # screenshots and scans (pip install 'mailflow[ocr]')
documents = true            # .doc, .wps, .rtf, .odt (LibreOffice)
wait_seconds = 45           # so long a mail waits for them before it is judged

[recipients]
platform  = []              # who gets the consolidated reports
organiser = []              # who gets alarms, digests and copies

[letters]
contact = ""                # 联系人
telephone = ""
signature = ""              # 落款
group_qr = ""               # a picture shown in receipts
people_first = ""           # a file of names, one a line, that get 已收到 and nothing more by themselves

# [alarm]                   # a second account for alarms: a mailbox that is locked cannot tell
# host = "smtp.example.cn"
# username = ""
# password = ""
# sender = ""
# to = []

# [units]
# file = "data/units.csv"   # unit,addresses (several by ;), UTF-8 or GBK
"""
)


def write_settings(directory: Path, provider: str, address: str) -> None:
    """Writes `directory`/mailflow.toml. Raises SettingsError for an unknown provider or a file that exists."""
    name = (provider or _ask("Provider (163, 126, qq, exmail, generic)", "163")).lower()
    if name not in PROVIDERS:
        raise SettingsError(f"--provider {provider}: not known; one of {', '.join(PROVIDERS)}")
    chosen = PROVIDERS[name]
    path = directory / "mailflow.toml"
    if path.exists():
        raise SettingsError(f"{path} is there already: remove it or name another folder")
    text = TEMPLATE.substitute(
        imap=json.dumps(chosen.imap),
        smtp=json.dumps(chosen.smtp),
        address=json.dumps(address or _ask("Address of the mailbox", ""), ensure_ascii=False),
        hint=chosen.hint,
        quota_15min=chosen.quota_15min,
        quota_day=chosen.quota_day,
        poll_seconds=chosen.poll_seconds,
    )
    write_file(path, text.encode("utf-8"), mode=0o600)
    print(f"{path}: written, readable by you alone. Fill in username, password and recipients, then: mailflow check")


def _ask(question: str, default: str) -> str:
    if not sys.stdin.isatty():
        return default
    answer = input(f"{question}{f' [{default}]' if default else ''}: ")
    return answer.strip() or default
