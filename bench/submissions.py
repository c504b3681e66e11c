"""Made-up submissions of some 450 KB, thousands of them within seconds: one form and one picture, varied by bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from mailflow.campaign.load import load_campaign
from mailflow.testing.forms import filled_form
from mailflow.testing.mails import build_mail
from mailflow.testing.pictures import photo

CAMPAIGN, CATEGORY, CATEGORY_NAME = "shanxi-2020", "outstanding-learner", "优秀学员"
NOW = datetime.fromisoformat("2020-08-24T12:00:00+08:00")
"""The time the bench stands still at: the campaign is open."""
NAME, STUDY_ID, POINTS = "张三甲", "100000000001", 28345
PICTURE_KILOBYTES = 140
DOMAINS = 100
"""No address and no domain writes so much that the limits of replies would hold its receipts back."""
CHARACTERS = "文华明强军平国建志永丽秀英敏静芳娟艳春梅"


def submissions(count: int) -> Iterator[tuple[bytes, datetime]]:
    """So many mails with their times of arrival: each of an applicant, a sender, a form and two pictures of its own."""
    form, picture = _form(), photo(kilobytes=PICTURE_KILOBYTES)
    for number in range(count):
        name, study_id = _name(number), str(int(STUDY_ID) + number)
        host = f"client{number % DOMAINS}.example"
        files = (
            (f"{name}报名表.docx", _docx(form, name, study_id)),
            (f"{name}我的信息截图.jpg", _marked(picture, 2 * number)),
            (f"{name}生活工作照.jpg", _marked(picture, 2 * number + 1)),
        )
        raw = build_mail(
            sender=f"applicant{number}@{host}",
            sender_name=name,
            subject=f"{name}+{CATEGORY_NAME}",
            text="您好：附件是我的报名材料，请查收。\n",
            files=files,
            message_id=f"<bench.{number}@{host}>",
            date=NOW,
        )
        yield raw, NOW - timedelta(seconds=10 * (count - number))


def _form() -> dict[str, bytes]:
    """The parts of a filled form, by their name in the container."""
    values = {
        "name": NAME,
        "study_id": STUDY_ID,
        "organisation": "省水利厅机关党委",
        "captured_on": "2020年8月20日",
        "total_points": str(POINTS),
        "annual_points": "10234",
        "mobile": "13800000000",
        "employer": "省水利厅",
    }
    with zipfile.ZipFile(io.BytesIO(filled_form(load_campaign(CAMPAIGN), CATEGORY, values))) as container:
        return {name: container.read(name) for name in container.namelist()}


def _docx(form: dict[str, bytes], name: str, study_id: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as container:
        for part, content in form.items():
            if part == "word/document.xml":
                filled = content.replace(NAME.encode(), name.encode()).replace(STUDY_ID.encode(), study_id.encode())
                container.writestr(part, filled)
            else:
                container.writestr(part, content)
    return written.getvalue()


def _name(number: int) -> str:
    digits = (number // 400 % 20, number // 20 % 20, number % 20)
    return "张" + "".join(CHARACTERS[digit] for digit in digits)


def _marked(picture: bytes, number: int) -> bytes:
    """The JPEG with a comment of its own behind its first marker, so that no two are one file."""
    comment = b"bench %08d" % number
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]
