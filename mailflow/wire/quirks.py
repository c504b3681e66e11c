"""What is particular to one mail provider: the symptom, and what mailflow or its operator does about it.

The one table of its kind. A quirk the server speaks of has a `pattern` for its text, so that an error can say what
to do; one it is silent about is here because code elsewhere obeys it and names it by its id.
Sources: public issue threads and help pages of the providers; no live account was tried. Probe, never assume.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

NETEASE = "netease"
TENCENT = "tencent"
ANY = "any"

_HOSTS = {
    NETEASE: ("163.com", "126.com", "yeah.net", "188.com", "qiye.163.com", "netease.com"),
    TENCENT: ("qq.com", "foxmail.com", "exmail.qq.com"),
}


@dataclass(frozen=True, slots=True)
class Quirk:
    """One peculiarity. `symptom` is what is seen; `remedy` what helps, in words for the operator.

    `pattern` is a regular expression (case is ignored) for the server's text, "" where the server says nothing.
    """

    id: str
    provider: str
    symptom: str
    remedy: str
    pattern: str = ""


IMAP_QUIRKS = (
    Quirk(
        id="imap-id-before-select",
        provider=NETEASE,
        symptom="SELECT is refused with 'Unsafe Login' unless ID (RFC 2971) came after LOGIN",
        remedy="NetEase did not accept the client's ID: log in to the web mail once and confirm this login there, "
        "see that IMAP/SMTP服务 is on, then try again",
        pattern=r"unsafe login",
    ),
    Quirk(
        id="imap-netease-login",
        provider=NETEASE,
        symptom="LOGIN is refused though the password opens the web mail",
        remedy="use the 授权码 (authorisation code), not the web password: web mail, 设置 > POP3/SMTP/IMAP, switch "
        "IMAP/SMTP服务 on, make a new 授权码, put it into imap.password",
        pattern=r"login (fail|error)|password error|err\.login|authentication fail|授权|密码",
    ),
    Quirk(
        id="imap-netease-30-days",
        provider=NETEASE,
        symptom="mail older than 30 days does not exist for IMAP clients, without any error",
        remedy="web mail, 设置 > POP3/SMTP/IMAP: set 收取最近30天邮件 to 收取全部邮件",
    ),
    Quirk(
        id="imap-netease-sasl-ir",
        provider=NETEASE,
        symptom="SASL-IR is advertised but AUTHENTICATE with an initial response fails",
        remedy="mailflow uses LOGIN",
    ),
    Quirk(
        id="imap-netease-status",
        provider=NETEASE,
        symptom="STATUS may come back empty",
        remedy="mailflow takes UIDVALIDITY from SELECT",
    ),
    Quirk(
        id="imap-tencent-login",
        provider=TENCENT,
        symptom="one refusal for a wrong code, a service that is off and too many logins",
        remedy="QQ mail: 设置 > 账号, switch IMAP/SMTP服务 on and use the 授权码 it shows (exmail: the "
        "客户端专用密码, client password); if both are right, wait 15 minutes: QQ refuses those who log in often",
        pattern=r"login (fail|error)|account is abnormal|frequency limited|password is|authentication fail|授权|密码",
    ),
    Quirk(
        id="imap-ascending-sets",
        provider=TENCENT,
        symptom="exmail answers BAD to a UID set that does not ascend",
        remedy="mailflow sends ascending sets only",
    ),
    Quirk(
        id="imap-tencent-unknown-commands",
        provider=TENCENT,
        symptom="the connection is dropped on a command that CAPABILITY does not list",
        remedy="mailflow sends ID, IDLE, MOVE and UID EXPUNGE only where CAPABILITY lists them",
    ),
    Quirk(
        id="imap-login",
        provider=ANY,
        symptom="LOGIN is refused",
        remedy="check imap.username and imap.password; many providers want an app password made in their web settings, "
        "and IMAP access switched on there",
        pattern=r"authenticationfailed|authentication fail|login|password|credential|authoriz",
    ),
)

QUIRKS: tuple[Quirk, ...] = IMAP_QUIRKS


def provider_of(host: str) -> str:
    """The provider that runs `host` (a server name), ANY where it is none of those known here."""
    name = host.lower().rstrip(".")
    for provider, domains in _HOSTS.items():
        if any(name == domain or name.endswith("." + domain) for domain in domains):
            return provider
    return ANY


def recognise(host: str, text: str) -> Quirk | None:
    """The quirk that `text`, said by the server at `host`, is known to mean; the provider's own come first."""
    provider = provider_of(host)
    for wanted in (provider, ANY):
        for quirk in QUIRKS:
            if quirk.provider == wanted and quirk.pattern and re.search(quirk.pattern, text, re.IGNORECASE):
                return quirk
    return None
