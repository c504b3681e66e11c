"""Attachments to Facts: roles, problems, and never an exception."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Sequence

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.extract import extract, left_unread
from mailflow.intake.read import read_message
from mailflow.model.campaign import Campaign
from mailflow.model.facts import FileFacts, Role
from mailflow.model.message import Attachment, Message, Unpacked
from mailflow.testing import forms, pictures
from mailflow.testing.mails import build_mail
from mailflow.testing.text_pdf import as_pdf

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
PERSON = {"name": "王小明", "study_id": "140100123456", "total_points": "28,345", "annual_points": "10,234"}
PNG = pictures.drawn_picture(["我的信息"])
JPEG = pictures.stamped_scan(["报名表"])
SCAN = pictures.stamped_scan(["报名表"], file_format="PDF")


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture(scope="module")
def form(campaign: Campaign) -> bytes:
    return forms.filled_form(campaign, "outstanding-learner", PERSON)


@pytest.fixture(scope="module")
def form_pdf(campaign: Campaign) -> bytes:
    return as_pdf(campaign, "outstanding-learner", PERSON)


def facts(campaign: Campaign, *files: tuple[str | None, bytes], media_type: str = "") -> Sequence[FileFacts]:
    attachments = tuple(
        Attachment(name, len(content), hashlib.sha256(content).hexdigest(), media_type) for name, content in files
    )
    contents = {one.sha256: content for one, (_, content) in zip(attachments, files, strict=True)}
    message = Message("0" * 64, 0, None, "a@unit.example", "", "", attachments=attachments)
    return extract(Unpacked(message, contents), campaign).files


def zipped(name: str, content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as container:
        container.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "role", "told_by"),
    [
        ("王小明-优秀学员报名表(盖章).jpg", JPEG, Role.FORM_SCAN, "name"),
        ("优秀学员报名表.jpg", JPEG, Role.FORM_SCAN, "name"),
        ("报名表照片.png", PNG, Role.FORM_SCAN, "name"),
        ("报名表扫描件.pdf", SCAN, Role.FORM_SCAN, "name"),
        ("优秀学员报名表.pdf", SCAN, Role.FORM_SCAN, "name"),
        ("张三 我的信息截图.png", PNG, Role.PROFILE, "name"),
        ("我的 信息.PNG", PNG, Role.PROFILE, "name"),
        ("答题记录.png", PNG, Role.ANSWERS, "name"),
        ("通关分享.jpg", JPEG, Role.SHARE, "name"),
        ("生活照.jpg", JPEG, Role.PHOTO, "name"),
        ("王小明工作照.jpg", JPEG, Role.PHOTO, "name"),
        ("印证资料.docx", forms.bare_docx("<w:p/>"), Role.EVIDENCE, "name"),
        ("IMG_2031.jpg", JPEG, Role.UNKNOWN, "nothing"),
        (None, JPEG, Role.UNKNOWN, "nothing"),
        ("材料.zip", zipped("a.txt", b"x"), Role.ARCHIVE, "content"),
        ("备忘.txt", "你好".encode(), Role.UNKNOWN, "nothing"),
    ],
)
def test_a_file_gets_its_role(campaign: Campaign, name: str | None, content: bytes, role: Role, told_by: str) -> None:
    (one,) = facts(campaign, (name, content))
    assert (one.role, one.told_by, one.problem) == (role, told_by, None)
    assert one.filename == name


@pytest.mark.parametrize(
    ("media_type", "sealed", "role", "problem"),
    [
        ("application/zip", None, Role.ARCHIVE, None),
        ("application/zip", "encrypted", Role.ARCHIVE, "attachment.encrypted"),
        ("application/zip", "too-large", Role.ARCHIVE, "attachment.too-large"),
        ("application/zip", "too-deep", Role.ARCHIVE, "attachment.unsupported"),
        ("application/zip", "unreadable", Role.ARCHIVE, "attachment.unreadable"),
        ("application/vnd.ms-outlook", None, Role.MESSAGE, None),
        ("application/ms-tnef", "unsupported", Role.MESSAGE, "attachment.unsupported"),
        ("application/pkcs7-mime", "unsupported", Role.MESSAGE, "attachment.unsupported"),
    ],
)
def test_a_wrapping_that_stayed_closed_is_a_problem(
    campaign: Campaign, media_type: str, sealed: str | None, role: Role, problem: str | None
) -> None:
    content = zipped("a.txt", b"x") if role is Role.ARCHIVE else b"x"
    attachment = Attachment("材料", len(content), "1" * 64, media_type, sealed=sealed)
    message = Message("0" * 64, 0, None, "a@unit.example", "", "", attachments=(attachment,))
    (one,) = extract(Unpacked(message, {"1" * 64: content}), campaign).files
    assert (one.role, one.problem) == (role, problem)


def test_a_forwarded_message_is_told_by_its_type(campaign: Campaign) -> None:
    (one,) = facts(campaign, ("转发.eml", b"From: a@unit.example\r\n\r\nx"), media_type="message/rfc822")
    assert one.role is Role.MESSAGE


def test_a_form_is_told_by_its_content_whatever_its_name(campaign: Campaign, form: bytes) -> None:
    for name in ("新建 文档.docx", "生活照.docx", None, "扫描件.docx"):
        (one,) = facts(campaign, (name, form))
        assert (one.role, one.told_by) == (Role.FORM, "content")
        assert one.form is not None
        assert one.form.fields["name"] == "王小明"


def test_files_stay_in_the_order_of_the_mail(campaign: Campaign, form: bytes) -> None:
    found = facts(campaign, ("生活照.jpg", JPEG), ("报名表.docx", form), ("我的信息.png", PNG))
    assert [one.role for one in found] == [Role.PHOTO, Role.FORM, Role.PROFILE]


def test_the_same_file_under_two_names_may_have_two_roles(campaign: Campaign) -> None:
    assert [one.role for one in facts(campaign, ("生活照.jpg", JPEG), ("盖章.jpg", JPEG))] == [
        Role.PHOTO,
        Role.FORM_SCAN,
    ]


def test_a_pdf_beside_the_same_form_as_a_document_is_the_scan(campaign: Campaign, form: bytes, form_pdf: bytes) -> None:
    document, copy = facts(campaign, ("报名表.docx", form), ("报名表.pdf", form_pdf))
    assert (document.role, copy.role) == (Role.FORM, Role.FORM_SCAN)


def test_what_a_scan_with_text_says_is_kept_beside_the_document(campaign: Campaign, form: bytes) -> None:
    other = as_pdf(campaign, "outstanding-learner", {**PERSON, "total_points": "28346"})
    document, copy = facts(campaign, ("报名表.docx", form), ("报名表盖章.pdf", other))
    assert document.form is not None
    assert copy.scan is not None
    assert (document.form.fields["total_points"], copy.scan.fields["total_points"]) == (28345, 28346)


def test_a_pdf_with_text_alone_is_the_form(campaign: Campaign, form_pdf: bytes) -> None:
    (one,) = facts(campaign, ("报名表.pdf", form_pdf))
    assert one.role is Role.FORM
    assert one.form is not None
    assert one.form.fields["total_points"] == 28345


def test_a_pdf_of_another_applicant_stays_a_form_unless_its_name_says_scan(campaign: Campaign, form_pdf: bytes) -> None:
    other = forms.filled_form(campaign, "outstanding-learner", {**PERSON, "name": "李晓华"})
    assert [one.role for one in facts(campaign, ("1.docx", other), ("2.pdf", form_pdf))] == [Role.FORM, Role.FORM]
    assert [one.role for one in facts(campaign, ("1.docx", other), ("盖章.pdf", form_pdf))] == [
        Role.FORM,
        Role.FORM_SCAN,
    ]


def test_a_second_filled_form_in_one_file_is_kept(campaign: Campaign) -> None:
    def table(name: str, number: str) -> str:
        rows = (("姓名", name, "学号", number), ("总积分", "28345", "年度积分", "10234"))
        inner = ("".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in row) for row in rows)
        return "<w:tbl>" + "".join(f"<w:tr>{cells}</w:tr>" for cells in inner) + "</w:tbl><w:p/>"

    (one,) = facts(campaign, ("两人.docx", forms.bare_docx(table("王小明", "1401") + table("李晓华", "1402"))))
    assert one.form is not None
    assert [reading.fields["name"] for reading in (one.form, *one.more_forms)] == ["王小明", "李晓华"]


def test_a_document_of_pictures_only_named_as_a_form_is_its_scan(campaign: Campaign) -> None:
    content = forms.bare_docx("<w:p><w:r><w:drawing/></w:r></w:p>")
    (one,) = facts(campaign, ("报名表.docx", content))
    assert (one.role, one.problem) == (Role.FORM_SCAN, None)


@pytest.mark.parametrize(
    ("name", "content", "role", "problem"),
    [
        ("报名表.docx", forms.bare_docx("<w:p/>")[:200], Role.FORM, "form.unreadable"),
        ("王小明.docx", forms.bare_docx("<w:p>"), Role.FORM, "form.unreadable"),
        ("报名表.docx", forms.bare_docx("<w:p><w:r><w:t>你好</w:t></w:r></w:p>"), Role.FORM, "form.unreadable"),
        ("报名表.docx", b"", Role.FORM, "form.unreadable"),
        ("报名表.docx", b"<html>not a document</html>", Role.FORM, "form.unreadable"),
        ("报名表.pdf", b"%PDF-1.7 garbage", Role.FORM, "form.unreadable"),
        ("报名表.doc", OLE, Role.FORM, "attachment.unsupported"),
        ("报名表.docx", OLE, Role.FORM, "attachment.unsupported"),
        ("报名表.rtf", rb"{\rtf1 x}", Role.FORM, "attachment.unsupported"),
        ("王小明.wps", OLE, Role.UNKNOWN, "attachment.unsupported"),
        ("我的信息.png", PNG[:500], Role.PROFILE, "attachment.unreadable"),
        ("我的信息.jpg", b"not a picture", Role.PROFILE, "attachment.unreadable"),
        ("IMG_1.jpg", b"\xff\xd8\xff\xe0 cut", Role.UNKNOWN, "attachment.unreadable"),
    ],
)
def test_what_cannot_be_read_is_a_problem_and_keeps_its_role(
    campaign: Campaign, name: str, content: bytes, role: Role, problem: str
) -> None:
    (one,) = facts(campaign, (name, content))
    assert (one.role, one.problem) == (role, problem)
    assert one.detail


def test_a_broken_file_takes_no_other_with_it(campaign: Campaign, form: bytes) -> None:
    broken, whole = facts(campaign, ("报名表.docx", form[:3000]), ("报名表2.docx", form))
    assert broken.problem == "form.unreadable"
    assert whole.form is not None


def test_a_reader_that_fails_unforeseen_is_a_problem_too(
    campaign: Campaign, form: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(content: bytes) -> None:
        raise RecursionError(len(content))

    monkeypatch.setattr("mailflow.documents.extract.check_picture", fail)
    bad, good = facts(campaign, ("我的信息.png", PNG), ("报名表.docx", form))
    assert (bad.role, bad.problem) == (Role.PROFILE, "attachment.unreadable")
    assert good.role is Role.FORM


def test_an_attachment_whose_content_was_not_kept_is_unreadable(campaign: Campaign) -> None:
    message = Message("0" * 64, 0, None, "", "", "", attachments=(Attachment("a.jpg", 9, "1" * 64, "image/jpeg"),))
    (one,) = extract(Unpacked(message, {}), campaign).files
    assert one.problem == "attachment.unreadable"


def test_a_mail_without_attachments_has_no_facts(campaign: Campaign) -> None:
    assert not facts(campaign)


@pytest.mark.parametrize(
    "content",
    [
        forms.bare_docx("<w:p><w:r><w:t>S13800000000</w:t></w:r>"),
        forms.bare_docx("<w:p>&S13800000000;</w:p>"),
        forms.bare_docx("<S13800000000></w:p>"),
        b"%PDF-1.4 (S13800000000)",
    ],
)
def test_details_never_repeat_what_the_sender_wrote(campaign: Campaign, content: bytes) -> None:
    (one,) = facts(campaign, ("S13800000000.docx", content))
    assert one.problem
    assert "13800000000" not in one.detail


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("scan.pdf", Role.FORM_SCAN),
        ("Scanned 01.pdf", Role.FORM_SCAN),
        ("Signed application.pdf", Role.FORM_SCAN),
        ("application-form.pdf", Role.FORM_SCAN),
        ("platform information.pdf", Role.UNKNOWN),
        ("Quotes.pdf", Role.EVIDENCE),
    ],
)
def test_another_campaign_has_its_own_words_and_latin_ones_begin_where_a_word_begins(name: str, role: Role) -> None:
    (one,) = facts(load_campaign("village-grants"), (name, SCAN))
    assert one.role is role


def test_files_that_ended_their_reader_are_told_by_their_names_and_each_is_a_problem(campaign: Campaign) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("我的信息.png", b"\x89PNG\r\n\x1a\nz")
    files = {
        "报名表.docx": b"PK\x03\x04x",
        "报名表.jpg": b"\xff\xd8\xffx",
        "其他.bin": b"\0y",
        "王小明.zip": packed.getvalue(),
    }
    unpacked = read_message(build_mail(sender="a@b.cn", subject="王小明+优秀学员", files=list(files.items())))
    assert [(one.filename, one.role, one.problem) for one in left_unread(unpacked, campaign).files] == [
        ("报名表.docx", Role.FORM, "form.unreadable"),
        ("报名表.jpg", Role.FORM_SCAN, "attachment.unreadable"),
        ("其他.bin", Role.UNKNOWN, "attachment.unreadable"),
        ("王小明.zip", Role.ARCHIVE, None),
        ("我的信息.png", Role.PROFILE, "attachment.unreadable"),
    ]
