"""Whatever stands on a page, reading it never fails, and tells no number that does not stand there."""

from __future__ import annotations

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.campaign.load import load_campaign
from mailflow.documents.extract import extract
from mailflow.documents.screens import read_screen
from mailflow.model.facts import Role
from mailflow.model.message import Attachment, Message, Unpacked
from mailflow.model.sight import Box, Line, Look, Page, Seal, Sight
from mailflow.testing.pictures import photo

CAMPAIGN = load_campaign("shanxi-2020")
JPEG = photo()
SHA256 = hashlib.sha256(JPEG).hexdigest()

words = st.sampled_from(
    [
        "我的信息",
        "姓名",
        "学号",
        "学习组织",
        "总积分",
        "年度积分",
        "全国排名",
        "优秀学员报名表",
        "手机号码",
        "备注",
        "附件1",
    ]
)
figures = st.from_regex(r"[0-9,O ]{1,14}", fullmatch=True)
texts = st.lists(st.one_of(words, figures, st.text(max_size=6)), min_size=1, max_size=4).map("".join)
edges = st.integers(-10, 1200)
lines = st.builds(
    lambda text, left, top, width, height: Line(text, left, top, left + width, top + height),
    texts,
    edges,
    st.sampled_from(range(0, 1200, 60)),
    st.integers(-5, 600),
    st.integers(-2, 60),
)
boxes = st.builds(Box, *(st.integers(0, 4),) * 2, *(st.integers(0, 3),) * 2, *(edges,) * 4)
pages = st.builds(
    Page,
    st.integers(0, 1200),
    st.integers(0, 1200),
    st.lists(lines, max_size=14).map(tuple),
    st.lists(boxes, max_size=8).map(tuple),
    st.sampled_from(Seal),
    st.booleans(),
)


@settings(max_examples=150, deadline=None)
@given(page=pages)
def test_no_number_is_told_that_does_not_stand_on_the_page(page: Page) -> None:
    digits = "".join(char for line in page.lines for char in line.text if char.isdigit())
    for value in read_screen(page, CAMPAIGN).values.values():
        if isinstance(value, int):
            assert set(str(value)) <= {str(int(char)) for char in digits}


@settings(max_examples=150, deadline=None)
@given(first=pages, second=pages)
def test_a_file_that_was_looked_at_is_told_without_a_failure(first: Page, second: Page) -> None:
    attachment = Attachment("1.jpg", len(JPEG), SHA256, "image/jpeg")
    unpacked = Unpacked(Message("0" * 64, 0, None, "", "", "", attachments=(attachment,)), {SHA256: JPEG})
    sight = Sight(SHA256, Look.PICTURE, (first, second))
    (one,) = extract(unpacked, CAMPAIGN, {SHA256: sight}).files
    assert one.problem is None, one.detail
    assert one.form is None
    assert (one.scan is not None) is (one.role is Role.FORM_SCAN and one.told_by == "content")
