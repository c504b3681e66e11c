"""From encoded bodies to bytes, and from text parts to the text a person reads."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from mailflow.intake.charset import Decoded, decode
from mailflow.intake.structure import Part

MOST_TEXT_CHARS = 200_000
_MOST_HTML_CHARS = 2_000_000
_MOST_UU_FILES = 100

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_META_CHARSET = re.compile(rb"""(?i)charset\s*=\s*["']?([a-z0-9_.:-]{2,40})""")
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\r\n]{0,255})\r?$", re.MULTILINE)
_BLOCKS = frozenset(
    {
        "article", "blockquote", "br", "dd", "div", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
        "li", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_UNREAD = frozenset({"script", "style", "head", "title", "noscript", "template"})


@dataclass(frozen=True, slots=True)
class Content:
    """The decoded bytes of a part; `damaged` where its transfer encoding was broken and read as far as it went."""

    data: bytes
    damaged: bool = False


def content_of(part: Part) -> Content:
    """The bytes of a leaf, its transfer encoding undone (RFC 2045 §6), with every fault that mail clients forgive."""
    if part.encoding == "base64":
        return _base64(part.body)
    if part.encoding == "quoted-printable":
        return Content(quopri.decodestring(part.body))
    if part.encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
        files, _ = uuencoded_files(part.body.decode("latin-1"))
        return Content(files[0][1]) if files else Content(part.body, damaged=True)
    return Content(part.body)


def text_of(part: Part, data: bytes, hints: Iterable[str]) -> Decoded:
    """The text of a text part: by its charset, in HTML else by its meta, else guessed."""
    label = part.type_parameters["charset"].text if "charset" in part.type_parameters else None
    reading = decode(data, label, hints)
    if part.media_type == "text/html" and (label is None or not reading.sure):
        meta = _META_CHARSET.search(data[:4096])
        if meta is not None:
            by_meta = decode(data, meta[1].decode("ascii"), hints)
            reading = by_meta if by_meta.sure or label is None else reading
    return reading


def html_to_text(html: str) -> str:
    """What a person sees of `html`: scripts and styles left out, a line for each block, a tab between cells."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(html[:_MOST_HTML_CHARS].replace("\0", "").encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return ""
    if root is None:
        return ""
    pieces: list[str] = []
    skipped: object = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if skipped is None and event == "start":
            if tag in _UNREAD:
                skipped = element
            else:
                pieces += [_before(tag), _collapsed(element.text)]
        elif event == "end" and (skipped is None or skipped is element):
            skipped = None
            pieces += ["\n" if tag in _BLOCKS and tag != "br" else "", _collapsed(element.tail)]
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def uuencoded_files(text: str) -> tuple[list[tuple[str, bytes]], str]:
    """The files that are uuencoded in `text`, by name, and the text without them."""
    files: list[tuple[str, bytes]] = []
    kept: list[str] = []
    position = 0
    for match in islice(_UU_BEGIN.finditer(text), _MOST_UU_FILES):
        if match.start() < position:
            continue
        data, end = _uudecode(text, match.end())
        if data:
            files.append((match[1].strip(), data))
            kept.append(text[position : match.start()])
            position = end
    return files, "".join([*kept, text[position:]])


def _base64(body: bytes) -> Content:
    try:
        return Content(binascii.a2b_base64(body.translate(None, b"\r\n \t"), strict_mode=True))
    except binascii.Error:
        return Content(_forgiving_base64(body), damaged=True)


def _forgiving_base64(body: bytes) -> bytes:
    """Garbage between and after is left out; each run up to its padding is a piece of its own."""
    text = _NOT_BASE64.sub(b"", body)
    out = []
    for run in _PADDING.split(text):
        usable = run[:-1] if len(run) % 4 == 1 else run
        out.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(out)


def _uudecode(text: str, position: int) -> tuple[bytes, int]:
    """The bytes of the lines after a begin line, and where the text goes on."""
    out: list[bytes] = []
    end = text.find("\n", position)
    while end >= 0:
        start = end + 1
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].rstrip("\r")
        if line == "end":
            return b"".join(out), start + 3
        try:
            out.append(binascii.a2b_uu(line.encode("latin-1")) if line else b"")
        except (binascii.Error, UnicodeError):
            return b"".join(out), start
    return b"".join(out), len(text)


def _before(tag: str) -> str:
    if tag in ("td", "th"):
        return "\t"
    return "\n" if tag in _BLOCKS else ""


def _collapsed(text: str | None) -> str:
    return " ".join(text.replace("\xa0", " ").split(" ")).replace("\r", " ").replace("\n", " ") if text else ""
