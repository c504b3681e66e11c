"""What can go wrong, told apart by what to do about it.

Library exceptions are turned into these at the edge where they arise and are seen nowhere else.
Temporary or permanent is decided at the wire.
"""

from __future__ import annotations


class MailflowError(Exception):
    """A refusal in one clear line that says what to do. The command line prints it and exits 1."""


class SettingsError(MailflowError):
    """The settings cannot be used; the text names each key and what would be right."""


class CampaignError(MailflowError):
    """A campaign file cannot be used; the text names file, line, key path and what would be right."""


class StoreError(MailflowError):
    """The data folder or its database cannot be used now (full, locked, read-only, damaged)."""


class StepFailed(MailflowError):
    """A fault in the code; the text is its kind and place. The step is tried again."""


class AlreadyRunning(MailflowError):
    """Another daemon holds this data folder."""


class WireError(MailflowError):
    """A mail server could not do what was asked.

    `code` is the server's own status (SMTP reply code, IMAP response code) where it gave one.
    """

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class TemporaryError(WireError):
    """Worth trying again later: network, time-out, 4yz, a busy server."""


class PermanentError(WireError):
    """Trying the same again changes nothing: 5yz, a refused address."""


class AuthenticationError(WireError):
    """The server refuses the account. Never retried in a loop: the provider would lock it."""


class OutcomeUnknown(WireError):
    """The connection was lost after DATA began: the letter may or may not have been accepted."""


class ReadRefused(MailflowError):
    """The one exception of readers: these bytes cannot be read, and why. It becomes a finding."""
