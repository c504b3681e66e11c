"""Which submission server, under what name, and what may stand on an envelope."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mailflow.errors import PermanentError

OUR_NAME = "[127.0.0.1]"
"""What EHLO says (RFC 5321 §4.1.4): an address literal tells nobody this host's name and asks no name server."""


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """A submission account. `sender` is the address of MAIL FROM and From alike; without `username` there is no AUTH.

    `ca_file` names a PEM file of authorities to trust instead of the system's, "" for none.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str
    password: str = field(repr=False)
    sender: str
    sender_name: str = ""
    ca_file: str = ""


def envelope_address(address: str) -> str:
    """`address` as it stands in MAIL FROM and RCPT TO: one plain address, an international domain in ASCII.

    Raises PermanentError for lists, display names, controls and whatever else is no address. Whether its domain exists
    is for the server to say.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise PermanentError("it is not one plain e-mail address") from error
    return valid.ascii_email or valid.normalized


def sender_address(account: SmtpAccount) -> str:
    """The account's address for MAIL FROM. Raises PermanentError that names the setting."""
    try:
        return envelope_address(account.sender)
    except PermanentError as error:
        raise PermanentError(f"smtp.sender cannot be used: {error}") from error
