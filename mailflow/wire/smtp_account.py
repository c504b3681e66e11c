"""Which submission server, under what name, and over what kind of line: refused before the first byte if unsafe."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import Literal

from mailflow.errors import PermanentError, SettingsError

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """A submission account. `sender` is the address of MAIL FROM and From alike; without `username` there is no AUTH.

    `ca_file` names the certificate authorities to trust instead of the system's.
    """

    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)
    sender: str
    sender_name: str = ""
    ca_file: str = ""


def require_usable(account: SmtpAccount) -> None:
    """Raises SettingsError for an account that must not be used: an open line to another host, no sender address."""
    if not account.host.isascii() or not account.host.isprintable() or not account.host.strip():
        raise SettingsError("smtp.host is not a host name")
    if account.security not in ("tls", "starttls", "none"):
        raise SettingsError('smtp.security must be "tls", "starttls" or "none"')
    if account.security == "none" and not is_loopback(account.host):
        raise SettingsError(
            f'smtp.security = "none" is only for a server on this machine, not {account.host}: use "tls" or "starttls"'
        )
    try:
        envelope_address(account.sender)
    except PermanentError as error:
        raise SettingsError(f"smtp.sender: {error}") from error


def is_loopback(host: str) -> bool:
    """Whether `host` can only mean this machine (RFC 6761 §6.3 for the name)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def tls_context(account: SmtpAccount) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with certificate and host name verified; None where the account uses no TLS.

    Raises SettingsError when `ca_file` cannot be read.
    """
    if account.security == "none":
        return None
    try:
        context = ssl.create_default_context(cafile=account.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"smtp.ca_file {account.ca_file} cannot be used: {error.strerror or error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def envelope_address(address: str) -> str:
    """`address` as it stands in MAIL FROM and RCPT TO: one plain address, an international domain in ASCII.

    Raises PermanentError for lists, display names, controls and whatever else is no address. Whether its domain exists
    is for the server to say.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise PermanentError("this is not one e-mail address; correct it") from error
    return valid.ascii_email or valid.normalized
