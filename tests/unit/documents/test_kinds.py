"""What a file is, by its content; and files that ask for a password, whatever they are called."""

from __future__ import annotations

import io
import zipfile

import pytest

from mailflow.documents.kinds import Kind, kind_of
from mailflow.documents.oldtext import Format, OldText, old_text
from mailflow.errors import ReadRefused
from mailflow.sight.office import convert
from mailflow.testing.ole import compound, locked_document, workbook

ODT = b"application/vnd.oasis.opendocument.text"


def zipped(**parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(workbook([["姓名"]]), Kind.XLS, id="xls or et"),
        pytest.param(workbook([["姓名"]], locked=True), Kind.ENCRYPTED_OFFICE, id="xls with a password"),
        pytest.param(compound({"WordDocument": bytes(64)}), Kind.OLD_TEXT, id="doc or wps"),
        pytest.param(locked_document(), Kind.ENCRYPTED_OFFICE, id="doc or wps with a password"),
        pytest.param(compound({"EncryptedPackage": b"x"}), Kind.ENCRYPTED_OFFICE, id="docx with a password"),
        pytest.param(compound({"Something": b"x"}), Kind.OLD_TEXT, id="another ole file"),
        pytest.param(b"{\\rtf1 x}", Kind.OLD_TEXT, id="rtf"),
        pytest.param(zipped(mimetype=ODT, content_xml=b"<x/>"), Kind.OLD_TEXT, id="odt"),
        pytest.param(
            zipped(mimetype=ODT, content_xml=b"??", **{"META-INF__manifest_xml": b"<m:encryption-data/>"}),
            Kind.ENCRYPTED_OFFICE,
            id="odt with a password",
        ),
    ],
)
def test_a_file_is_told_by_its_content(content: bytes, kind: Kind) -> None:
    assert kind_of(content) is kind
    if kind is Kind.ENCRYPTED_OFFICE:
        [one] = convert([("报名表", content)])
        assert (one.docx, one.problem) == (None, "attachment.encrypted")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{\\rtf1 x}", OldText(Format.RTF)),
        (compound({"WordDocument": b"x"}), OldText(Format.DOC)),
        (compound({"WordDocument": b"x", "Macros": b"x"}), OldText(Format.DOC, macros=True)),
        (zipped(mimetype=ODT, content_xml=b"<x/>"), OldText(Format.ODT)),
        (zipped(mimetype=ODT, content_xml=b"<x/>", Basic__Standard=b"x"), OldText(Format.ODT, macros=True)),
        (zipped(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_xml=b"<x/>"), None),
        (compound({"Something": b"x"}), None),
        (b"", None),
        (b"MZ", None),
    ],
)
def test_only_text_documents_are_offered_to_converters(content: bytes, told: OldText | None) -> None:
    assert old_text(content) == told


@pytest.mark.parametrize("content", [b"PK\x03\x04", compound({"WordDocument": b"x"})[:512]])
def test_a_broken_container_is_refused(content: bytes) -> None:
    with pytest.raises(ReadRefused):
        old_text(content)
