"""Why a line could not be had or was lost, in few words."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator

from mailflow.errors import AuthenticationError, TemporaryError, WireError
from mailflow.wire.smtp_codes import judge, tidy
from mailflow.wire.smtp_result import Scope, Stage

STOPPED = "stopped before the letter left"


def no_connection(where: str, stage: Stage, error: BaseException, answer: tuple[int, str] | None) -> WireError:
    """The error to raise where no connection to `where` (host:port) could be made.

    `answer` is what the server said, if it said anything: AuthenticationError where the account is at fault; everything
    else may pass.
    """
    if answer is not None:
        result = judge(stage, *answer)
        kind = AuthenticationError if result.scope is Scope.ACCOUNT else TemporaryError
        return kind(f"{where}: {result.text}", code=result.code)
    if isinstance(error, asyncio.CancelledError):
        return TemporaryError(STOPPED)
    if isinstance(error, TimeoutError):
        return TemporaryError(f"{where} did not answer in time: check host, port and security")
    fault = certificate_fault(error)
    if fault:
        return TemporaryError(f"{where}: {fault}; nothing was sent: check smtp.host and smtp.ca_file", code="tls")
    return TemporaryError(f"no connection to {where} ({reason(error)}): check host, port, security and the network")


def certificate_fault(error: BaseException) -> str:
    """What is wrong with the server's certificate; "" where `error` has another cause."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted ({tidy(cause.verify_message).rstrip('.')})"
    return ""


def reason(error: BaseException) -> str:
    """The operating system's word where there is one, else the library's, in one line."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return tidy(cause.strerror)
    return tidy(str(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error` and what lies beneath it, the deepest first."""
    chain = [error]
    while (cause := chain[-1].__cause__) is not None and cause not in chain:
        chain.append(cause)
    return reversed(chain)
