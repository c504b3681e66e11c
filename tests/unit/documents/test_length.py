"""字数 as people count it."""

from __future__ import annotations

import pytest

from mailflow.documents.length import length_of


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("学习强国", 4),
        ("学习 强国\n　山西", 6),
        ("坚持学习，成效显著。", 10),
        ("我说：“好”……", 8),
        ("年度积分28345分", 6),
        ("年度积分28,345分，", 7),
        ("参与度45.5%以上", 6),
        ("用Word和WPS写", 5),
        ("发到e-mail邮箱", 5),
        ("好,很好.", 3),
        ("第（１２）次", 5),
        ("ＷＰＳ文字", 3),
        ("《山西学习》平台", 8),
        ("䶮字𠮷利", 4),
        ("字" * 300, 300),
        ("Ten new chairs", 12),
    ],
)
def test_a_text_is_counted_as_a_word_processor_counts_it(text: str, length: int) -> None:
    assert length_of(text) == length


def test_a_long_text_of_one_kind_takes_no_quadratic_time() -> None:
    assert length_of("字" + "a-" * 50_000) == 2
    assert length_of("字" + "，" * 50_000) == 50_001
