"""What an IMAP server's failure means: try later, change something, or see to the account."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl

from mailflow.errors import AuthenticationError, MailflowError, PermanentError, TemporaryError
from mailflow.wire.imap_account import ImapAccount
from mailflow.wire.quirks import recognise

# RFC 5530 §3: codes that pass by themselves, and codes that wait for somebody to change something.
PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "EXPUNGEISSUED"})
LASTING = frozenset({"NONEXISTENT", "NOPERM", "CANNOT", "ALREADYEXISTS", "CLIENTBUG", "CONTACTADMIN"})

# What OpenSSL calls an answer that is no TLS at all (the name depends on its version).
NOT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL", "HTTP_REQUEST")


class Refused(TemporaryError):
    """The server answered NO or BAD: the connection is in step, and the caller knows what the refusal means."""


def translate(error: Exception, account: ImapAccount, command: str, *, expired: bool) -> MailflowError:
    """The error of ours for `error`, which came out of `command`; `expired` if the deadline had cut the connection."""
    if isinstance(error, MailflowError):
        return error
    where = f"{account.host}:{account.port}"
    if expired:
        return TemporaryError(f"{where} did not finish {command} in time; mailflow tries again")
    if isinstance(error, OSError):
        return _of_network(error, account, where, command)
    if isinstance(error, imaplib.IMAP4.error):
        return _of_protocol(error, account, where, command)
    return TemporaryError(f"{where} answered {command} with what cannot be understood ({type(error).__name__})")


def _of_network(error: OSError, account: ImapAccount, where: str, command: str) -> MailflowError:
    if isinstance(error, ssl.SSLError):
        return _of_tls(error, where)
    if isinstance(error, socket.gaierror):
        return TemporaryError(f"{account.host} cannot be found: check imap.host and this machine's network")
    reason = error.strerror or type(error).__name__
    return TemporaryError(f"{where} cannot be reached ({command}: {reason}): check imap.host, imap.port, network")


def _of_protocol(error: Exception, account: ImapAccount, where: str, command: str) -> MailflowError:
    if isinstance(error, imaplib.IMAP4.readonly):
        return PermanentError(f'the folder is read-only for {account.username}: set imap.after = "keep"')
    # imapclient reports a connection lost during LOGIN as a refused login; what it caught tells them apart.
    cause = error.__context__ if isinstance(error.__context__, imaplib.IMAP4.error) else error
    text = said(cause, account)
    if isinstance(cause, imaplib.IMAP4.abort):
        return TemporaryError(f"{where} broke off during {command}: {text}")
    return Refused(f"{where} refused {command}: {text}", code=response_code(text))


def _of_tls(error: ssl.SSLError, where: str) -> MailflowError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return PermanentError(
            f"the certificate of {where} is not accepted: {error.verify_message}; no password was sent. "
            "Check imap.host; if the server's authority is your own, name its file in imap.ca_file"
        )
    if error.reason in NOT_TLS:
        return PermanentError(
            f'{where} does not speak TLS there; no password was sent. Check imap.port (993 for security = "tls", '
            '143 for "starttls")'
        )
    return TemporaryError(f"TLS with {where} failed: {error.reason or 'connection closed'}")


def said(error: BaseException, account: ImapAccount) -> str:
    """The server's words in `error` as one short line: decoded, without controls, without our password."""
    value = error.args[0] if error.args else ""
    text = re.sub(r"\bb(['\"])(.*?)\1", r"\2", _decoded(value) if isinstance(value, bytes) else str(value))
    if account.password:
        text = text.replace(account.password, "***")
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return re.sub(r"\s+", " ", text).strip()[:200] or "no reason given"


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("gb18030", "replace")


def response_code(text: str) -> str:
    """The response code in brackets (RFC 3501 §7.1, RFC 5530), "" where there is none."""
    match = re.search(r"\[([A-Z][A-Z0-9-]*)[^\]]*\]", text)
    return match[1] if match else ""


def of_login(refused: Refused, account: ImapAccount) -> MailflowError:
    """What a refused LOGIN means. Unless the server itself says that it passes, it is the account."""
    if refused.code in PASSING:
        return TemporaryError(str(refused), code=refused.code)
    return AuthenticationError(_with_remedy(str(refused), account), code=refused.code)


def of_select(refused: Refused, account: ImapAccount, folder: str, folders: tuple[str, ...]) -> MailflowError:
    """What a refused SELECT or EXAMINE means, when these are the `folders` that there are."""
    if "unsafe login" in str(refused).lower():
        return AuthenticationError(_with_remedy(str(refused), account), code=refused.code)
    if folder not in folders and folder.upper() != "INBOX":
        there = ", ".join(folders[:30])
        return PermanentError(f'there is no folder "{folder}" on {account.host}; there are: {there}', code=refused.code)
    return of_refusal(refused)


def of_refusal(refused: Refused) -> MailflowError:
    """A NO or BAD without any meaning of its own: by its response code, else worth another try."""
    kind = PermanentError if refused.code in LASTING else TemporaryError
    return kind(str(refused), code=refused.code)


def _with_remedy(text: str, account: ImapAccount) -> str:
    quirk = recognise(account.host, text)
    return f"{text}. {quirk.remedy}" if quirk else text
