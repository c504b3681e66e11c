"""docx as Word, WPS and strangers write it."""

from __future__ import annotations

import io
import zipfile

import pytest

from mailflow.documents import kinds, word
from mailflow.documents.grid import Grid, GridCell
from mailflow.documents.word import read_docx
from mailflow.errors import ReadRefused
from mailflow.testing.forms import bare_docx

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(run(text))}</w:tc>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def only_line(body: str) -> str:
    (line,) = read_docx(bare_docx(body)).lines
    return line


def only_grid(body: str) -> Grid:
    (grid,) = read_docx(bare_docx(body)).grids
    return grid


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (run("王") + run("小明"), "王小明"),
        (f"<w:ins>{run('28345')}</w:ins>", "28345"),
        ("<w:del><w:r><w:delText>99999</w:delText></w:r></w:del>" + run("28345"), "28345"),
        (f"<w:moveFrom>{run('旧')}</w:moveFrom><w:moveTo>{run('新')}</w:moveTo>", "新"),
        (run("看不见", "<w:vanish/>") + run("看得见"), "看得见"),
        (run("看得见", '<w:vanish w:val="0"/>'), "看得见"),
        (f"<w:sdt><w:sdtContent>{run('王小明')}</w:sdtContent></w:sdt>", "王小明"),
        (f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{run('单击输入')}</w:sdtContent></w:sdt>", ""),
        (f"<w:hyperlink>{run('a@unit.example')}</w:hyperlink>", "a@unit.example"),
        ("<w:r><w:t>姓名</w:t><w:tab/><w:t>王小明</w:t><w:br/><w:t>学号</w:t></w:r>", "姓名\t王小明\n学号"),
        ("<w:r><w:instrText>DATE</w:instrText></w:r>" + run("8月20日"), "8月20日"),
    ],
)
def test_a_paragraph_is_read_as_a_person_sees_it(inner: str, text: str) -> None:
    assert "\n".join(read_docx(bare_docx(paragraph(inner))).lines) == text


def test_merged_cells_are_one_cell() -> None:
    grid = only_grid(
        table(
            row(cell("照片", '<w:vMerge w:val="restart"/>'), cell("学习组织", '<w:gridSpan w:val="2"/>')),
            row(cell("", "<w:vMerge/>"), cell("总积分"), cell("28345")),
        )
    )
    assert grid.cells == (
        GridCell("照片", 0, 0, across=1, down=2),
        GridCell("学习组织", 0, 1, across=2),
        GridCell("总积分", 1, 1),
        GridCell("28345", 1, 2),
    )


def test_a_row_that_begins_further_right_keeps_its_columns() -> None:
    indented = f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{cell("28345")}</w:tr>'
    grid = only_grid(table(row(cell("姓名"), cell("王小明")), indented))
    assert grid.at(1, 1) == GridCell("28345", 1, 1)


def test_a_row_deleted_by_a_tracked_change_is_not_there() -> None:
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('旧')}</w:tr>"
    assert [c.text for c in only_grid(table(deleted, row(cell("新")))).cells] == ["新"]


def test_rows_and_cells_inside_content_controls_are_read() -> None:
    wrapped = f"<w:sdt><w:sdtContent>{row(cell('姓名'), cell('王小明'))}</w:sdtContent></w:sdt>"
    assert [c.text for c in only_grid(table(wrapped)).cells] == ["姓名", "王小明"]


def test_a_table_within_a_cell_follows_its_table() -> None:
    inner = table(row(cell("姓名"), cell("王小明")))
    outer = table(row(f"<w:tc>{inner}{paragraph(run('外'))}</w:tc>"))
    first, second = read_docx(bare_docx(outer)).grids
    assert [c.text for c in first.cells] == ["外"]
    assert [c.text for c in second.cells] == ["姓名", "王小明"]


def test_a_text_box_is_read_once_though_it_is_written_twice() -> None:
    box = f"<w:txbxContent>{paragraph(run('优秀学员报名表'))}</w:txbxContent>"
    both = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    lines = read_docx(bare_docx(paragraph(f"<w:r>{both}</w:r>"))).lines
    assert [line for line in lines if line] == ["优秀学员报名表"]


def test_a_strict_document_is_read_too() -> None:
    xml = (
        '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main">'
        "<w:body><w:p><w:r><w:t>姓名</w:t></w:r></w:p></w:body></w:document>"
    )
    assert read_docx(bare_docx("", parts={"word/document.xml": xml.encode()})).lines == ("姓名",)


def test_pictures_are_counted() -> None:
    assert read_docx(bare_docx(paragraph("<w:r><w:drawing/></w:r>"))).pictures == 1


def hostile(body: str, doctype: str) -> bytes:
    document = f"<w:document {SPACE}><w:body>{body}</w:body></w:document>"
    xml = f'<?xml version="1.0"?><!DOCTYPE w:document [{doctype}]>{document}'
    return bare_docx("", parts={"word/document.xml": xml.encode()})


LAUGHS = '<!ENTITY a "哈哈哈哈哈哈哈哈哈哈">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(hostile(paragraph(run("&x;")), '<!ENTITY x SYSTEM "file:///etc/passwd">'), id="external entity"),
        pytest.param(hostile(paragraph(run("&i;")), LAUGHS), id="billion laughs"),
        pytest.param(bare_docx("<w:p>" * 2_000 + "</w:p>" * 2_000), id="too deep"),
        pytest.param(bare_docx("<w:p>"), id="not well-formed"),
        pytest.param(bare_docx("", parts={"word/document.xml": b""}), id="empty document"),
        pytest.param(bare_docx("", parts={"word/document.xml": b"<x/>"}), id="no body"),
        pytest.param(bare_docx(paragraph(run("报名")))[:150], id="cut off"),
        pytest.param(b"PK\x03\x04" + b"\0" * 50, id="garbage"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_a_hostile_or_broken_document_is_refused(content: bytes) -> None:
    with pytest.raises(ReadRefused):
        read_docx(content)


def zip_of(**entries: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in entries.items():
            container.writestr(name.replace("__", "/"), content)
    return written.getvalue()


def test_a_container_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(ReadRefused, match="times its size"):
        read_docx(bare_docx("", parts={"word/media/a.bin": b"\0" * 4_000_000}))


def test_a_container_of_too_many_entries_is_refused() -> None:
    with pytest.raises(ReadRefused, match="entries"):
        read_docx(bare_docx("", parts={f"word/media/{n}": b"" for n in range(kinds.MOST_ENTRIES)}))


def test_a_document_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "MOST_XML", 100)
    with pytest.raises(ReadRefused, match="longer than"):
        read_docx(bare_docx(paragraph(run("长" * 200))))


def test_a_container_without_a_document_is_refused() -> None:
    with pytest.raises(ReadRefused, match="no document"):
        read_docx(zip_of(a__b=b"x"))


def test_a_hostile_span_is_bounded() -> None:
    grid = only_grid(table(row(cell("姓名", '<w:gridSpan w:val="99999"/>'), cell("王小明"))))
    assert grid.width <= 200
