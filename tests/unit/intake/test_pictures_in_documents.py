"""A screenshot pasted into a docx is a file of its own, and claims nothing by being there."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zipfile
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.extract import extract
from mailflow.intake import containers
from mailflow.intake.read import read_message
from mailflow.model.facts import Role
from mailflow.model.message import Message, Unpacked
from mailflow.testing import forms, pictures
from mailflow.testing.mails import build_mail
from mailflow.testing.office import open_office

SCREENSHOT = pictures.photo(seed=1, kilobytes=40)
PORTRAIT = pictures.photo(seed=2, kilobytes=20)
LOGO = pictures.drawn_picture(["·"])[:60]
CAMPAIGN = load_campaign("shanxi-2020")


@cache
def form(name: str = "王小明") -> bytes:
    values = {"name": name, "study_id": "140100123456", "total_points": "28345", "annual_points": "10234"}
    return forms.filled_form(CAMPAIGN, "outstanding-learner", values)


def unpacked(*files: tuple[str | None, bytes]) -> Unpacked:
    return read_message(build_mail(sender="a@unit.example", subject="王小明+优秀学员", files=list(files)))


def listed(message: Message) -> list[tuple[str | None, str | None, int | None]]:
    return [(one.filename, one.inside, one.container) for one in message.attachments]


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_picture_in_a_docx_comes_out_beside_it_with_its_bytes() -> None:
    mail = unpacked(("报名表.docx", forms.with_pictures(form(), SCREENSHOT)), ("生活照.jpg", PORTRAIT))
    assert listed(mail.message) == [
        ("报名表.docx", None, None),
        ("生活照.jpg", None, None),
        ("image1.png", "报名表.docx", 0),
    ]
    assert mail.contents[sha(SCREENSHOT)] == SCREENSHOT
    assert mail.message.attachments[0].sealed is None


def test_the_form_stays_the_form_and_its_pictures_are_taken_for_nothing() -> None:
    facts = extract(unpacked(("报名表.docx", forms.with_pictures(form(), PORTRAIT, SCREENSHOT))), CAMPAIGN).files
    assert [one.role for one in facts] == [Role.FORM, Role.UNKNOWN, Role.UNKNOWN]
    assert facts[0].form is not None
    assert facts[0].form.fields["name"] == "王小明"
    assert [one.told_by for one in facts[1:]] == ["nothing", "nothing"]


def test_a_picture_that_is_also_attached_is_the_attached_one() -> None:
    mail = unpacked(("报名表.docx", forms.with_pictures(form(), SCREENSHOT)), ("我的信息.png", SCREENSHOT))
    assert listed(mail.message) == [("报名表.docx", None, None), ("我的信息.png", None, None)]
    assert [one.role for one in extract(mail, CAMPAIGN).files] == [Role.FORM, Role.PROFILE]


def test_the_same_picture_in_two_documents_is_one_file() -> None:
    mail = unpacked(
        ("1.docx", forms.with_pictures(form(), SCREENSHOT)), ("2.docx", forms.with_pictures(form("李晓华"), SCREENSHOT))
    )
    assert listed(mail.message)[2:] == [("image1.png", "1.docx", 0)]


def test_a_document_in_an_archive_is_opened_too() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("报名表.docx", forms.with_pictures(form(), SCREENSHOT))
    mail = unpacked(("材料.zip", written.getvalue()))
    assert listed(mail.message) == [
        ("材料.zip", None, None),
        ("报名表.docx", "材料.zip", 0),
        ("image1.png", "报名表.docx", 1),
    ]


@pytest.mark.parametrize(
    "content", [LOGO, b"\x01\x00\x00\x00" * 10_000, b"<svg/>" * 5_000, b"MZ" * 10_000, b"PK\x03\x04" * 10_000]
)
def test_small_pictures_and_what_is_none_stay_inside(content: bytes) -> None:
    assert len(unpacked(("报名表.docx", forms.with_pictures(form(), content))).message.attachments) == 1


def test_a_hostile_name_of_a_picture_is_cleaned() -> None:
    docx = forms.with_pictures(form(), SCREENSHOT, names=["../../..\\etc/pass\u202ewd.png"])
    assert unpacked(("报名表.docx", docx)).message.attachments[1].filename == "passwd.png"


def test_of_very_many_pictures_the_first_ones_come_out() -> None:
    many = [SCREENSHOT + bytes([number]) for number in range(containers.MOST_PICTURES + 5)]
    mail = unpacked(("报名表.docx", forms.with_pictures(form(), *many)))
    assert len(mail.message.attachments) == 1 + containers.MOST_PICTURES


def test_a_picture_that_swells_like_a_bomb_stays_inside_and_the_form_too_is_refused() -> None:
    bomb = pictures.drawn_picture(["x"]) + bytes(8 * 2**20)
    mail = unpacked(("报名表.docx", forms.with_pictures(form(), bomb)))
    assert len(mail.message.attachments) == 1
    assert extract(mail, CAMPAIGN).files[0].problem == "form.unreadable"


def test_all_that_is_unpacked_counts_towards_one_bound_though_it_is_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpacked_bytes = 0
    whole = containers._read_entry

    def counted(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: int) -> bytes | None:
        nonlocal unpacked_bytes
        content = whole(archive, entry, budget)
        unpacked_bytes += len(content or b"")
        return content

    monkeypatch.setattr(containers, "_read_entry", counted)
    dice = random.Random(1)
    large = pictures.drawn_picture(["x"]) + b"".join(dice.randbytes(80) + bytes(4016) for _ in range(256))
    docx = forms.with_pictures(form(), *[large] * 12)
    mail = unpacked(*((f"{number}.docx", docx + bytes([number])) for number in range(12)))
    assert len([one for one in mail.message.attachments if one.inside]) == 1
    assert unpacked_bytes <= containers.MOST_BYTES


def test_a_picture_that_lies_about_its_size_is_no_exception() -> None:
    docx = bytearray(forms.with_pictures(form(), SCREENSHOT))
    entry = docx.rfind(b"PK\x01\x02")
    docx[entry + 24 : entry + 28] = struct.pack("<I", 10**9)
    assert listed(unpacked(("报名表.docx", bytes(docx))).message)[0] == ("报名表.docx", None, None)


@pytest.mark.parametrize("part", [b"word/media/", b"PK\x01\x02"])
def test_a_damaged_document_is_no_exception(part: bytes) -> None:
    docx = forms.with_pictures(form(), SCREENSHOT)
    assert unpacked(("报名表.docx", docx.replace(part, b"\xff" * len(part)))).message.attachments
    assert unpacked(("报名表.docx", docx[: len(docx) // 2])).message.attachments


def test_in_a_mail_for_two_each_gets_the_pictures_of_his_own_form(tmp_path: Path) -> None:
    office = open_office(tmp_path / "data")
    office.mail(
        "unit@unit.example",
        "优秀学员报名表2人",
        files=[
            ("报名表1.docx", forms.with_pictures(form("王小明"), SCREENSHOT)),
            ("报名表2.docx", forms.with_pictures(form("李晓华"), PORTRAIT)),
        ],
    )
    with closing(office.world.database):
        office.judge()
        entries = office.ask(lambda books: books.entries.all(CAMPAIGN.id))
    found = {one.applicant: {file.sha256 for file in one.files} for one in entries}
    assert sha(SCREENSHOT) in found["王小明"] - found["李晓华"]
    assert sha(PORTRAIT) in found["李晓华"] - found["王小明"]
