"""Which province a mainland mobile number was given out in: a hint for reviewers, for numbers move and are ported.

The table is made from libphonenumber's geocoding data (Apache-2.0), whose own look-up takes seconds to import and
160 MB. `python -m mailflow.areas` writes it anew; a test says when the library knows more.
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib.resources import files

TABLE = "mobile-areas.z"
FIRST = 1_300_000
COUNT = 700_000


def home_area(mobile: str) -> str | None:
    """The province of an eleven-digit mobile number, in Chinese (山西省, 北京市); None where it is not known."""
    names, table = _table()
    if len(mobile) != 11 or not (mobile.isascii() and mobile.isdigit()):
        return None
    place = int(mobile[:7]) - FIRST
    number = table[place] if 0 <= place < COUNT else 0
    return names[number - 1] if number else None


@cache
def _table() -> tuple[tuple[str, ...], bytes]:
    raw = zlib.decompress(files("mailflow").joinpath(TABLE).read_bytes())
    head, _, body = raw.partition(b"\n")
    return tuple(head.decode("utf-8").split(",")), body


def build() -> bytes:
    """The table, from the phonenumbers package (a development dependency)."""
    from phonenumbers.geodata import GEOCODE_DATA

    provinces: dict[str, int] = {}
    table = bytearray(COUNT)
    found = {number[2:]: names["zh"] for number, names in GEOCODE_DATA.items() if number[:3] == "861" and "zh" in names}
    for prefix in sorted(found, key=lambda one: (len(one), one)):  # longer ones are more exact and come later
        name = _province(found[prefix])
        start = int(prefix.ljust(7, "0")) - FIRST
        if name is None or not 0 <= start < COUNT:
            continue
        number = provinces.setdefault(name, len(provinces) + 1)
        width = 10 ** max(0, 7 - len(prefix))
        table[start : start + width] = bytes([number]) * width
    return zlib.compress(",".join(provinces).encode("utf-8") + b"\n" + bytes(table), 9)


PROVINCES = (
    *("北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "内蒙古", "辽宁省", "吉林省", "黑龙江省", "江苏省"),
    *("浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "广西", "海南省"),
    *("四川省", "贵州省", "云南省", "西藏", "陕西省", "甘肃省", "青海省", "宁夏", "新疆"),
)


def _province(place: str) -> str | None:
    return next((one for one in PROVINCES if place.startswith(one)), None)


if __name__ == "__main__":
    from pathlib import Path

    Path(__file__).with_name(TABLE).write_bytes(build())
