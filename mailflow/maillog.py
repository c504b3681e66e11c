"""The log: one vocabulary, structured, to stderr, and never personal data.

Only the keys in `KEYS` are written; texts are masked besides, for a server's words may quote an address.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

KEYS = {
    "event": "what happened, a verb in the past",
    "level": "debug, info, warning, error",
    "timestamp": "when, UTC",
    "step": "the step of mailflow.steps at work",
    "message": "first 12 characters of a mail's SHA-256",
    "ref": "receipt number of an entry",
    "letter": "kind and hash of a letter's key",
    "occurrence": "id of a due time",
    "count": "how many",
    "folder": "folder on the IMAP server",
    "uid": "UID on the IMAP server",
    "host": "server",
    "code": "the server's status code",
    "state": "new state",
    "error": "what went wrong, masked",
    "remedy": "what to do",
    "seconds": "how long, or how long until",
    "exception": "where in the code, without values",
}
"""The vocabulary. A key that is not here is not written."""

OURS = frozenset({"level", "timestamp", "step", "message", "ref", "letter", "occurrence", "host", "state"})
"""Keys whose values are made by us alone: ids that must not be masked, however many digits they have."""

ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
DIGITS = re.compile(r"\d{7,}|1[3-9]\d[ -]\d{4}[ -]\d{4}")
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{2,}")


def mask(text: str) -> str:
    """`text` without addresses, long numbers and Chinese words (which may be names)."""
    return HAN.sub("＊", DIGITS.sub("#", ADDRESS.sub("<address>", text)))


def _only_known(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    kept = {key: value for key, value in event.items() if key in KEYS}
    return {key: mask(value) if isinstance(value, str) and key not in OURS else value for key, value in kept.items()}


class _Masked(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return mask(f"{record.levelname.lower()} {record.name}: {record.getMessage()}")


def configure(*, level: str = "info", pretty: bool | None = None) -> None:
    """Sets up the log: JSON lines, or lines for people where stderr is a terminal."""
    import structlog

    if pretty is None:
        pretty = sys.stderr.isatty()
    renderer: Any = structlog.dev.ConsoleRenderer() if pretty else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_known,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked())
    logging.captureWarnings(True)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for quiet in ("mailparser", "mailparser.mailparser", "pdfminer", "apscheduler"):
        logging.getLogger(quiet).setLevel(logging.CRITICAL)


def log(step: str) -> Any:
    """The logger of a step."""
    import structlog  # a third of a second: commands that log nothing go without

    return structlog.get_logger().bind(step=step)


def short(sha256: str) -> str:
    """A mail's SHA-256 as logged."""
    return sha256[:12]
