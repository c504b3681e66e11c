"""What slow looks add to the facts: roles by content, values, scanned forms, converted documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.extract import extract
from mailflow.model.facts import FileFacts, Role, Shown
from mailflow.model.message import Attachment, Message, Unpacked
from mailflow.model.sight import Look, Page, Seal, Sight
from mailflow.testing import forms
from mailflow.testing.pictures import photo, stamped_scan
from mailflow.testing.sights import line, list_page, ruled_page, screen
from mailflow.testing.text_pdf import as_pdf

CAMPAIGN = load_campaign("shanxi-2020")
JPEG, PDF = photo(), stamped_scan(["x"], file_format="PDF")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
PERSON = {"name": "王小明", "study_id": "90010012345678", "total_points": "28345", "annual_points": "10234"}
PROFILE = list_page(("姓名", "王小明"), ("学号", "90010012345678"), ("总积分", "28345"))
ANSWERS = list_page(("答题次数", "1203"), title="答题记录")
FORM = ruled_page(
    [("姓名", "王小明", "学号", "90010012345678"), ("总积分", "28345", "手机号码", ""), ("备注", "", "附件1", "")],
    above=["优秀学员报名表"],
    seal=Seal.PRESENT,
)
SCENE = screen(line("主题党日", 60, 100))
CHAT = screen(*(line("大家好，请把报名材料发过来，谢谢", 60, 100 * number) for number in range(5)))


def facts(
    name: str | None, content: bytes, sight: Sight | None = None, converted: Mapping[str, bytes] | None = None
) -> FileFacts:
    attachment = Attachment(name, len(content), sha(content), "")
    message = Message("0" * 64, 0, None, "a@unit.example", "", "", attachments=(attachment,))
    sights = {} if sight is None else {sight.sha256: sight}
    (one,) = extract(Unpacked(message, {sha(content): content}), CAMPAIGN, sights, converted or {}).files
    return one


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def seen(name: str | None, *pages: Page, content: bytes = JPEG, look: Look = Look.PICTURE) -> FileFacts:
    return facts(name, content, Sight(sha(content), look, pages, pixels="p" * 64))


@pytest.mark.parametrize(
    ("name", "content", "look"),
    [
        ("我的信息.jpg", JPEG, Look.PICTURE),
        ("IMG_1.heic", b"\0\0\0\x18ftypheic" + b"\0" * 20, Look.PICTURE),
        ("报名表.pdf", PDF, Look.SCAN),
        ("扫描.pdf", PDF, Look.SCAN),
        ("报名表.doc", OLE, Look.DOCUMENT),
        ("1.rtf", rb"{\rtf1 x}", Look.DOCUMENT),
        ("坏.jpg", b"\xff\xd8\xff\xe0 cut", None),
        ("报名表.pdf", b"%PDF-1.7 garbage", None),
        ("报名表.pdf", as_pdf(CAMPAIGN, "outstanding-learner", PERSON), None),
        ("报名表.docx", forms.filled_form(CAMPAIGN, "outstanding-learner", PERSON), None),
        ("备忘.txt", b"hello", None),
    ],
)
def test_what_a_slow_look_would_tell_more_of_says_so(name: str, content: bytes, look: Look | None) -> None:
    assert facts(name, content).look is look


@pytest.mark.parametrize("name", ["我的信息.jpg", "答题记录.jpg", "生活照.jpg", "盖章.jpg", "IMG_1.jpg", None])
def test_a_picture_is_the_page_that_it_shows_whatever_its_name_says(name: str | None) -> None:
    one = seen(name, PROFILE)
    assert (one.role, one.told_by, one.look, one.problem) == (Role.PROFILE, "content", None, None)
    assert one.shown is not None
    assert one.shown.values["total_points"] == 28345
    assert one.pixels == "p" * 64
    assert (one.form, one.scan, one.seal) == (None, None, None)


def test_each_page_of_the_campaign_is_told() -> None:
    assert seen("截图.jpg", ANSWERS).role is Role.ANSWERS
    share = screen(line("学习强国", 60, 100), line("挑战答题", 60, 200), line("恭喜通关", 60, 300))
    assert seen("截图.jpg", share).role is Role.SHARE


@pytest.mark.parametrize(
    ("name", "page", "role", "told_by"),
    [
        ("我的信息.jpg", SCENE, Role.PROFILE, "name"),
        ("我的信息.jpg", CHAT, Role.PROFILE, "name"),
        ("生活照.jpg", SCENE, Role.PHOTO, "name"),
        ("活动.jpg", CHAT, Role.EVIDENCE, "name"),
        ("IMG_1.jpg", SCENE, Role.PHOTO, "nothing"),
        (None, screen(), Role.PHOTO, "nothing"),
        ("IMG_1.jpg", CHAT, Role.UNKNOWN, "nothing"),
        ("IMG_1.jpg", screen(blurred=True), Role.UNKNOWN, "nothing"),
    ],
)
def test_where_no_page_is_read_the_name_tells_and_a_sharp_picture_without_words_is_a_photograph(
    name: str | None, page: Page, role: Role, told_by: str
) -> None:
    one = seen(name, page)
    assert (one.role, one.told_by, one.problem) == (role, told_by, None)
    assert one.shown == Shown(Role.UNKNOWN, blurred=page.blurred)


@pytest.mark.parametrize("name", ["我的信息.jpg", "王小明报名表.jpg", "IMG_1.jpg"])
def test_a_picture_of_a_form_is_its_scan_and_never_the_form(name: str) -> None:
    one = seen(name, FORM)
    assert (one.role, one.told_by, one.seal) == (Role.FORM_SCAN, "content", Seal.PRESENT)
    assert one.form is None
    assert one.scan is not None
    assert one.scan.fields["total_points"] == 28345
    assert one.shown == Shown(Role.FORM_SCAN)


def test_a_pdf_without_text_is_read_page_by_page() -> None:
    one = seen("王小明.pdf", SCENE, FORM, content=PDF, look=Look.SCAN)
    assert (one.role, one.told_by, one.seal, one.form) == (Role.FORM_SCAN, "content", Seal.PRESENT, None)
    assert one.scan is not None
    assert one.scan.fields["name"] == "王小明"


def test_a_screenshot_in_a_pdf_is_that_screenshot() -> None:
    assert seen("王小明.pdf", PROFILE, content=PDF, look=Look.SCAN).role is Role.PROFILE


@pytest.mark.parametrize(("name", "role"), [("王小明.pdf", Role.UNKNOWN), ("优秀学员报名表.pdf", Role.FORM_SCAN)])
def test_a_scan_in_which_no_form_is_found_stays_what_it_is(name: str, role: Role) -> None:
    one = seen(name, SCENE, content=PDF, look=Look.SCAN)
    assert (one.role, one.scan, one.problem) == (role, None, None)
    assert one.seal is (Seal.UNKNOWN if role is Role.FORM_SCAN else None)


def test_a_sight_of_another_kind_or_file_is_none() -> None:
    assert facts("我的信息.jpg", JPEG, Sight(sha(JPEG), Look.SCAN, (ANSWERS,))).look is Look.PICTURE
    assert facts("我的信息.jpg", JPEG, Sight(sha(PDF), Look.PICTURE, (ANSWERS,))).look is Look.PICTURE


@pytest.mark.parametrize(
    ("name", "content", "look", "problem", "said"),
    [
        ("我的信息.jpg", JPEG, Look.PICTURE, "attachment.unreadable", "attachment.unreadable"),
        ("我的信息.jpg", JPEG, Look.PICTURE, "attachment.too-large", "attachment.too-large"),
        ("报名表.doc", OLE, Look.DOCUMENT, "attachment.unreadable", "form.unreadable"),
        ("报名表.doc", OLE, Look.DOCUMENT, "attachment.unsupported", "attachment.unsupported"),
        ("说明.doc", OLE, Look.DOCUMENT, "attachment.unreadable", "attachment.unreadable"),
        ("扫描.pdf", PDF, Look.SCAN, "attachment.encrypted", "attachment.encrypted"),
    ],
)
def test_a_look_that_failed_is_a_problem_with_its_detail(
    name: str, content: bytes, look: Look, problem: str, said: str
) -> None:
    one = facts(name, content, Sight(sha(content), look, problem=problem, detail="it broke"))
    assert (one.problem, one.detail, one.look) == (said, "it broke", None)


def test_a_converted_document_is_read_like_any_docx() -> None:
    docx = forms.filled_form(CAMPAIGN, "outstanding-learner", PERSON)
    sight = Sight(sha(OLE), Look.DOCUMENT, converted=sha(docx))
    one = facts("王小明.doc", OLE, sight, {sha(OLE): docx})
    assert (one.role, one.told_by, one.problem, one.look) == (Role.FORM, "content", None, None)
    assert one.form is not None
    assert one.form.fields["study_id"] == "90010012345678"
    assert one.sha256 == sha(OLE)


def test_a_scan_beside_a_converted_form_is_its_copy() -> None:
    docx = forms.filled_form(CAMPAIGN, "outstanding-learner", PERSON)
    pdf = as_pdf(CAMPAIGN, "outstanding-learner", PERSON)
    attachments = tuple(Attachment(name, 9, sha(data), "") for name, data in (("1.doc", OLE), ("2.pdf", pdf)))
    message = Message("0" * 64, 0, None, "a@unit.example", "", "", attachments=attachments)
    sights = {sha(OLE): Sight(sha(OLE), Look.DOCUMENT, converted=sha(docx))}
    unpacked = Unpacked(message, {sha(OLE): OLE, sha(pdf): pdf})
    found = extract(unpacked, CAMPAIGN, sights, {sha(OLE): docx}).files
    assert [one.role for one in found] == [Role.FORM, Role.FORM_SCAN]


def test_an_old_document_without_its_conversion_stays_unsupported() -> None:
    one = facts("报名表.doc", OLE)
    assert (one.problem, one.look) == ("attachment.unsupported", Look.DOCUMENT)
    lost = facts("报名表.doc", OLE, Sight(sha(OLE), Look.DOCUMENT, converted="1" * 64))
    assert (lost.problem, lost.look) == ("attachment.unsupported", None)
