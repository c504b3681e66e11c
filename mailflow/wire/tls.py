"""Verified TLS, or none to this very machine."""

from __future__ import annotations

import ipaddress
import ssl

from mailflow.errors import PermanentError


def context(ca_file: str = "") -> ssl.SSLContext:
    """A client context that checks certificate and host name, TLS 1.2 or newer (RFC 8314 §4.1, RFC 8996).

    `ca_file` names a PEM file of the authorities to trust instead of the system's. PermanentError if it is unusable.
    """
    try:
        made = ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        reason = "it holds no PEM certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise PermanentError(f"ca_file {ca_file} cannot be used: {reason}") from error
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name: "localhost" or an address of the loopback network."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def require_safe(security: str, host: str, section: str) -> None:
    """PermanentError if `security` is unknown, or "none" for a host that is not this machine.

    `section` is the part of the settings to name ("imap").
    """
    if security not in ("tls", "starttls", "none"):
        raise PermanentError(f'{section}.security is "{security}": use "tls", "starttls" or "none"')
    if security == "none" and not is_loopback(host):
        raise PermanentError(f'{section}.security = "none" is for a loopback host only, not {host}: use "tls"')
