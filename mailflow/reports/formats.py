"""How cells look: few colours, each with a meaning. Yellow: changed since the last report. Green: to fill in."""

from __future__ import annotations

from typing import Any

from mailflow.reports.columns import Look

INK, LINE, HEAD, MARK, FILL_IN, ACCENT, PALE = (
    "#1F2937",
    "#C9D1DA",
    "#1F4E79",
    "#FFF2CC",
    "#EEF7EE",
    "#2F75B5",
    "#BDD7EE",
)

_LOOKS: dict[Look, dict[str, object]] = {
    Look.AMOUNT: {"align": "right", "num_format": "#,##0"},
    Look.SHARE: {"align": "right"},
    Look.COUNT: {"align": "center", "num_format": "0"},
    Look.CENTRE: {"align": "center", "num_format": "@"},
    Look.TEXT: {"num_format": "@"},
    Look.LONG: {"quote_prefix": True},  # a long text in the format "@" is shown as ##### by older Excel
    Look.FILL_IN: {"bg_color": FILL_IN, "num_format": "@"},
}


class Formats:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Microsoft YaHei", "font_size": 10, "font_color": INK, "valign": "vcenter"}
        cell = {**base, "text_wrap": True, "border": 1, "border_color": LINE}
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": HEAD, "align": "center"}
        self._cells = {look: book.add_format({**cell, **own}) for look, own in _LOOKS.items()}
        self._marked = {look: book.add_format({**cell, **own, "bg_color": MARK}) for look, own in _LOOKS.items()}
        self.heading = book.add_format({**cell, **head})
        self.link = book.add_format({**cell, "font_color": ACCENT, "underline": 1})
        self.title = book.add_format({**base, "font_size": 18, "bold": True, "font_color": HEAD})
        self.remark = book.add_format({**base, "font_color": "#6B7280", "italic": True})
        self.paragraph = book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.total = book.add_format({**cell, "bold": True, "align": "center", "bg_color": "#F3F6FA"})

    def cell(self, look: Look, *, is_marked: bool = False) -> Any:
        """The format of a cell of that look."""
        return (self._marked if is_marked else self._cells)[look]
