"""Where a mobile number was given out."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

import mailflow.areas
from mailflow.areas import PROVINCES, TABLE, build, home_area


@pytest.mark.parametrize(
    ("mobile", "area"),
    [
        ("13903510000", "山西省"),
        ("13703550000", "山西省"),
        ("13800138000", "北京市"),
        ("17012345678", None),
        ("19999999999", None),
        ("12345678901", None),
        ("1390351", None),
        ("１３９０３５１００００", None),
        ("", None),
    ],
)
def test_a_number_tells_its_province_or_nothing(mobile: str, area: str | None) -> None:
    assert home_area(mobile) == area


def test_every_name_in_the_table_is_a_province() -> None:
    raw = zlib.decompress(Path(mailflow.areas.__file__).with_name(TABLE).read_bytes())
    assert set(raw.partition(b"\n")[0].decode("utf-8").split(",")) <= set(PROVINCES)


def test_the_table_is_what_the_library_knows_now() -> None:
    shipped = Path(mailflow.areas.__file__).with_name(TABLE).read_bytes()
    assert zlib.decompress(shipped) == zlib.decompress(build()), "run: python -m mailflow.areas"
