"""What samples are built of: small forms and pictures that are the same bytes each time, and mails that hold them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from mailflow.testing.mails import build_mail, raw_multipart, raw_part

ARRIVED = datetime(2020, 8, 24, 10, 32, tzinfo=timezone(timedelta(hours=8)))
SENDER = "wang@example.cn"
UNIT = "slt@unit.example"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_VALUES = {
    "姓名": "王小明",
    "学号": "1000000001",
    "学习组织": "省水利厅机关党委",
    "截图时间": "2020年8月20日",
    "总积分": "28345",
    "年度积分": "10234",
    "手机号码": "13800000000",
    "工作单位": "省水利厅",
}

File = tuple[str, bytes]


def form(name: str = "王小明", category: str = "优秀学员", **changes: str) -> bytes:
    """A filled form of a person as the smallest docx, its values in lines."""
    return docx(
        [f"{category}报名表", *(f"{label}：{text}" for label, text in {**_VALUES, "姓名": name, **changes}.items())]
    )


def docx(lines: Sequence[str]) -> bytes:
    """The smallest docx with these lines."""
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    document = f'{head}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def docx_of_tables(tables: Sequence[Sequence[Sequence[str]]]) -> bytes:
    """A docx of tables, each of rows of cells; a first row of one cell is the line above its table."""
    body = ""
    for title, *rows in tables:
        cells = ("".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in row) for row in rows)
        table = "".join(f"<w:tr>{row}</w:tr>" for row in cells)
        body += f"<w:p><w:r><w:t>{title[0]}</w:t></w:r></w:p><w:tbl>{table}</w:tbl>"
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    )
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": document.encode()})


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files, their names in UTF-8 with the flag, the time always the same."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (2020, 8, 24, 10, 0, 0))
            entry.compress_type = method
            archive.writestr(entry, content)
    return written.getvalue()


def zipped_with_names(files: Mapping[bytes, bytes]) -> bytes:
    """A zip whose names are these bytes, without the UTF-8 flag (as Windows and macOS write them)."""
    stand_ins = {f"{number:02d}".ljust(len(name), "#"): name for number, name in enumerate(files)}
    content = zipped(dict(zip(stand_ins, files.values(), strict=True)))
    for stand_in, name in stand_ins.items():
        content = content.replace(stand_in.encode(), name)
    return content


def locked(archive: bytes) -> bytes:
    """The zip with the flag of encryption set on every entry."""
    content = bytearray(archive)
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """The smallest xlsx with these rows."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, 1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet_type}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    return zipped({name: text.encode() for name, text in parts.items()})


def picture(seed: int = 0) -> bytes:
    """A small PNG; another `seed`, other bytes."""
    rows = b"".join(b"\0" + bytes((seed * 37 + row * 5 + column) % 256 for column in range(60)) for row in range(60))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20, 60, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def papers(name: str = "王小明", category: str = "优秀学员", prefix: str = "", **changes: str) -> list[File]:
    """All that is asked for: form, stamped scan, screenshot and photo, with the name in each file's name."""
    seed = sum(map(ord, name))
    return [
        (f"{prefix}{name}{category}报名表.docx", form(name, category, **changes)),
        (f"{prefix}{name}报名表盖章扫描件.png", picture(seed)),
        (f"{prefix}{name}我的信息截图.png", picture(seed + 1)),
        (f"{prefix}{name}生活照.png", picture(seed + 2)),
    ]


def mail(
    subject: str = "王小明+优秀学员", files: Sequence[tuple[str | None, bytes]] | None = None, **rest: Any
) -> bytes:
    """A mail with everything in order but what `rest` says (see build_mail)."""
    settings: dict[str, Any] = {
        "sender": SENDER,
        "message_id": "<sample@client.example>",
        "received_at": ARRIVED,
        "text": "您好，报名材料见附件。",
    }
    return build_mail(subject=subject, files=papers() if files is None else files, **{**settings, **rest})


def head(subject: str = "王小明+优秀学员", *more: str, sender: str = SENDER) -> bytes:
    """A mail's header by hand, 8-bit, without the type and the blank line."""
    lines = (
        "Received: from client.example by mx.unit.example; Mon, 24 Aug 2020 10:32:00 +0800",
        f"From: {sender}",
        "To: bm@unit.example",
        f"Subject: {subject}",
        "Message-ID: <sample@client.example>",
        *more,
    )
    return "".join(f"{line}\n" for line in lines).encode()


def file_part(
    name: str = "报名表.docx", content: bytes | None = None, *, encoding: str = "base64", body: bytes | None = None
) -> bytes:
    """A part by hand with a file; `body` stands there instead of the base64 of `content`."""
    return raw_part(
        "Content-Type: application/octet-stream",
        f'Content-Disposition: attachment; filename="{name}"',
        f"Content-Transfer-Encoding: {encoding}",
        body=encodebytes(form() if content is None else content) if body is None else body,
    )


def by_hand(*parts: bytes, subject: str = "王小明+优秀学员", subtype: str = "mixed") -> bytes:
    """A mail by hand with these parts; the boundary is "b1"."""
    return head(subject) + raw_multipart(*parts, subtype=subtype)


def bounded(boundary: str, *parts: bytes, subtype: str = "mixed") -> bytes:
    """As raw_multipart, with another boundary, for one within another."""
    whole = raw_multipart(*parts, subtype=subtype)
    head, start, rest = whole.partition(b'boundary="b1"')
    line = b"--" + boundary.encode()
    pieces = b"".join(line + b"\n" + one + b"\n" for one in parts)
    return head + start.replace(b"b1", boundary.encode()) + b"\n\n" + pieces + line + b"--\n" if rest else whole


def attached(inner: bytes, *headers: str) -> bytes:
    """A part that forwards the mail `inner` as it is."""
    return raw_part("Content-Type: message/rfc822", *headers, body=inner)


TEXT = raw_part("Content-Type: text/plain; charset=utf-8", body="材料见附件。".encode())
