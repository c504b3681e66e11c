"""Header text and header parameters, from the bytes as they came."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from mailflow.intake.charset import Decoded, codec_of, decode

_WORD = re.compile(rb"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_QUOTED_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PARAMETER = re.compile(rb';\s*+([^\s=;*"]++)(?:\*(\d{1,3}))?(\*)?\s*+=\s*+("(?:[^"\\]++|\\.)*+"?|[^;]*+)', re.DOTALL)
_ESCAPED = re.compile(rb'\\(["\\])')


def header_text(raw: bytes, hints: Iterable[str] = ()) -> Decoded:
    """A header's value as text (RFC 2047), folding undone; certain only if every piece of it was.

    Adjacent encoded words of one charset are joined as bytes before decoding, since senders cut characters in two;
    blanks inside a word and words inside quotes are read all the same. Raw 8-bit text is guessed with `hints`.
    """
    value = raw.replace(b"\r", b"").replace(b"\n", b"").strip(b" \t")
    if b"=?" not in value:
        return decode(value, None, hints)
    pieces: list[Decoded] = []
    run: list[tuple[str, bytes, bytes]] = []
    end = 0
    seen = frozenset(hints)
    for match in _WORD.finditer(value):
        label = match[1].split(b"*", 1)[0].decode("ascii", "replace")
        between = value[end : match.start()]
        if run and (between.strip(b" \t") or not _same_charset(run[-1][0], label)):
            pieces.append(_decode_run(run, seen))
            run = []
        if between.strip(b" \t") or (between and end == 0):
            pieces.append(decode(between, None, seen))
        run.append((label, match[2].lower(), match[3]))
        seen |= {codec for codec in (codec_of(label),) if codec}
        end = match.end()
    if run:
        pieces.append(_decode_run(run, seen))
    pieces.append(decode(value[end:], None, seen))
    return Decoded("".join(piece.text for piece in pieces), all(piece.sure for piece in pieces))


def parameters(raw: bytes, hints: Iterable[str] = ()) -> tuple[str, dict[str, Decoded]]:
    """The value of a structured header in lower case ("text/plain") and its parameters (RFC 2045 §5.1, RFC 2231).

    A parameter given both ways is taken from its RFC 2231 form. Values are decoded, not cleaned; `hints` are charsets
    of the mail, for raw 8-bit values.
    """
    value = raw.replace(b"\r", b"").replace(b"\n", b"")
    main = re.split(rb"[;(\s]", value.strip(), maxsplit=1)[0].decode("ascii", "replace").lower()
    plain: dict[str, bytes] = {}
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in _PARAMETER.finditer(value):
        name = match[1].decode("ascii", "replace").lower()
        text = _unquoted(match[4])
        if match[2] is None and match[3] is None:
            plain.setdefault(name, text)
        else:
            pieces.setdefault(name, {}).setdefault(int(match[2] or 0), (text, match[3] is not None))
    found = {name: _plain_value(text, hints) for name, text in plain.items()}
    for name, segments in pieces.items():
        extended = _extended_value(segments, hints)
        if extended.sure or name not in found:
            found[name] = extended
    return main, found


def token(raw: bytes | None) -> str:
    """The first word of a header in lower case, comments and parameters left out ("base64 (MIME)" is "base64")."""
    if raw is None:
        return ""
    words = re.sub(rb"\([^()]*+\)", b" ", raw).replace(b";", b" ").split()
    return words[0].decode("ascii", "replace").strip("\"'").lower() if words else ""


def _same_charset(one: str, other: str) -> bool:
    return one.lower() == other.lower() or (codec_of(one) is not None and codec_of(one) == codec_of(other))


def _decode_run(run: list[tuple[str, bytes, bytes]], hints: Iterable[str]) -> Decoded:
    """Adjacent words of one charset, joined as bytes; or as base64 where the sender cut the base64 text itself."""
    label = run[0][0]
    each = decode(b"".join(_word_bytes(encoding, payload) for _, encoding, payload in run), label, hints)
    if not any(encoding == b"b" and _is_cut(payload) for _, encoding, payload in run[:-1]):
        return each
    whole = decode(_base64(b"".join(payload for _, _, payload in run)), label, hints)
    if whole.sure != each.sure:
        return whole if whole.sure else each
    return Decoded(whole.text, sure=whole.text == each.text and whole.sure)


def _is_cut(payload: bytes) -> bool:
    text = payload.strip()
    return not text.endswith(b"=") and len(_NOT_BASE64.sub(b"", text)) % 4 != 0


def _word_bytes(encoding: bytes, payload: bytes) -> bytes:
    if encoding == b"b":
        return _base64(payload)
    return _QUOTED_HEX.sub(lambda match: bytes((int(match[1], 16),)), payload.replace(b"_", b" "))


def _base64(payload: bytes) -> bytes:
    text = _NOT_BASE64.sub(b"", payload)
    if len(text) % 4 == 1:
        text = text[:-1]
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4))


def _unquoted(value: bytes) -> bytes:
    value = value.strip()
    if value.startswith(b'"'):
        closed = len(value) > 1 and value.endswith(b'"')
        return _ESCAPED.sub(rb"\1", value[1:-1] if closed else value[1:])
    return value


def _plain_value(value: bytes, hints: Iterable[str]) -> Decoded:
    """A parameter without RFC 2231: an encoded word in quotes (QQ, exmail, Outlook), %-escapes, or raw bytes."""
    if b"=?" in value:
        return header_text(value, hints)
    if value.isascii() and b"%" in value:
        octets = unquote_to_bytes(value)
        if not octets.isascii() and (text := decode(octets, "utf-8")).sure:
            return text
    return decode(value, None, hints)


def _extended_value(segments: Mapping[int, tuple[bytes, bool]], hints: Iterable[str]) -> Decoded:
    """RFC 2231 §3-4: numbered segments joined as bytes, %-escapes undone in those marked so."""
    label: str | None = None
    octets = b""
    for position, number in enumerate(sorted(segments)):
        text, is_extended = segments[number]
        if position == 0 and is_extended and text.count(b"'") >= 2:
            charset, _, text = text.split(b"'", 2)
            label = charset.decode("ascii", "replace")
        octets += unquote_to_bytes(text) if is_extended else text
    if label is None and b"=?" in octets:
        return header_text(octets, hints)
    return decode(octets, label, hints)
