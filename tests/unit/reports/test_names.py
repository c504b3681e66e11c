"""Names of files and folders."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow.reports.names import LONGEST, LONGEST_BYTES, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("王小明", "王小明"),
        ("  王 小\t明 ", "王 小 明"),
        ("a/b\\c:d", "a_b_c_d"),
        ("../..", "_"),
        ("\u202etxt.exe", "txt.exe"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("cafe\u0301", "café"),
        ("50%#1", "50_1"),
        ("", "_"),
        ("...", "_"),
        (".hidden.", "hidden"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text())
def test_any_text_gives_a_name_that_any_system_takes(text: str) -> None:
    name = safe_name(text)
    assert 1 <= len(name) <= LONGEST
    assert len(name.encode()) <= LONGEST_BYTES
    assert name == unicodedata.normalize("NFC", name)
    assert not set(name) & set('<>:"/\\|?*\n\r\t\x00')
    assert name == name.strip(". ")
    assert safe_name(name) == name
