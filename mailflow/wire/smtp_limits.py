"""What a server says it can take, from its EHLO answer, against one letter: asked before MAIL, so that nothing is lost.

`extensions` is the EHLO answer as keyword (lower case) -> parameters.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailflow.wire.smtp_result import Outcome, Result


def octets(raw: bytes) -> int:
    """The size of `raw` as it travels, each line ending as CR LF (RFC 1870 §5)."""
    pairs = raw.count(b"\r\n")
    lone = raw.count(b"\n") + raw.count(b"\r") - 2 * pairs
    return len(raw) + lone + (0 if raw.endswith(b"\n") else 2)


def travel_seconds(raw: bytes) -> float:
    """How long `raw` takes over the slowest line that is good enough: 64 KiB a second."""
    return len(raw) / 65536


def largest(extensions: Mapping[str, str]) -> int | None:
    """The largest letter in bytes, None where the server sets no limit (RFC 1870 §4: no figure, or 0)."""
    figure = extensions.get("size", "").strip()
    return int(figure) or None if figure.isascii() and figure.isdigit() else None


def mail_options(extensions: Mapping[str, str], addresses: tuple[str, ...], raw: bytes) -> list[str]:
    """The parameters of MAIL FROM that the letter needs and the server knows (RFC 1870, 6152, 6531)."""
    options = [f"SIZE={octets(raw)}"] if "size" in extensions else []
    if not raw.isascii():
        options.append("BODY=8BITMIME")
    if not all(address.isascii() for address in addresses):
        options.append("SMTPUTF8")
    return options


def unfit(extensions: Mapping[str, str], addresses: tuple[str, ...], raw: bytes) -> Result | None:
    """Why this server can never take this letter; None when it may."""
    limit, size = largest(extensions), octets(raw)
    if limit is not None and size > limit:
        return _refused(f"the letter has {_megabytes(size)}, the server takes {_megabytes(limit)}: send fewer files")
    options = mail_options(extensions, addresses, raw)
    if "SMTPUTF8" in options and "smtputf8" not in extensions:
        return _refused("the server cannot write to an address with other than ASCII letters (no SMTPUTF8)")
    if "BODY=8BITMIME" in options and "8bitmime" not in extensions:
        return _refused("the letter has bytes above 127 and the server takes none (no 8BITMIME): encode its parts")
    return None


def _refused(text: str) -> Result:
    return Result(Outcome.REFUSED, text=text)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
