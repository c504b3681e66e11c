"""How cells look: few colours, each with a meaning. Yellow: corrected. Blue: new. Green: to fill in."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mailflow.reports.columns import Look

INK, LINE, HEAD, ACCENT, PALE, QUIET = "#1F2937", "#C9D1DA", "#1F4E79", "#2F75B5", "#BDD7EE", "#6B7280"


class Tone(StrEnum):
    """What a cell's colour says."""

    PLAIN = "plain"
    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


_TONES: dict[Tone, dict[str, object]] = {
    Tone.PLAIN: {},
    Tone.NEW: {"bg_color": "#DDEBF7"},
    Tone.CHANGED: {"bg_color": "#FFF2CC"},
    Tone.GONE: {"font_color": "#8A8F98", "font_strikeout": True},
}
_LOOKS: dict[Look, dict[str, object]] = {
    Look.AMOUNT: {"align": "right", "indent": 1, "num_format": "#,##0"},
    Look.SHARE: {"align": "right", "indent": 1},
    Look.COUNT: {"align": "center", "num_format": "0"},
    Look.CENTRE: {"align": "center", "num_format": "@"},
    Look.TEXT: {"num_format": "@"},
    Look.LONG: {"quote_prefix": True},  # a long text in the format "@" is shown as ##### by older Excel
    Look.FILL_IN: {"bg_color": "#EEF7EE", "num_format": "@"},
}


class Formats:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": INK, "valign": "vcenter"}
        cell = {**base, "text_wrap": True, "border": 1, "border_color": LINE}
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "align": "center"}
        self._cells = {
            (look, tone): book.add_format({**cell, **of_look, **of_tone})
            for look, of_look in _LOOKS.items()
            for tone, of_tone in _TONES.items()
        }
        self.heading = book.add_format({**cell, **head})
        self.link = book.add_format({**cell, "font_color": ACCENT, "underline": 1, "align": "center"})
        self.title = book.add_format({**base, "font_size": 18, "bold": True, "font_color": HEAD})
        self.remark = book.add_format({**base, "font_color": QUIET})
        self.paragraph = book.add_format({**base, "text_wrap": True})
        self.total = book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#F3F6FA"})

    def cell(self, look: Look, tone: Tone = Tone.PLAIN) -> Any:
        """The format of a cell of that look and tone."""
        return self._cells[look, tone]
