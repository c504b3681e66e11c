"""Ways of offices: copies that differ, exports beside originals, papers that came another way."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mailflow.campaign.load import load_campaign
from mailflow.testing.text_pdf import as_pdf
from tests.samples.parts import mail, papers

OFFICE: dict[str, Callable[[], bytes]] = {}

PERSON = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "captured_on": "2020年8月20日",
    "total_points": "28345",
    "annual_points": "10234",
    "mobile": "13800000000",
}

_campaign = lru_cache(maxsize=1)(lambda: load_campaign("shanxi-2020"))


def stamped_pdf(category: str = "outstanding-learner", **changes: str) -> bytes:
    """The form as a PDF with text, as an office suite exports it and an electronic seal leaves it."""
    return as_pdf(_campaign(), category, {**PERSON, **changes})


def _copies() -> None:
    form, _, *pictures = papers()
    OFFICE["a stamped PDF with text that says what the form says"] = lambda: mail(
        files=[form, ("报名表盖章.pdf", stamped_pdf()), *pictures]
    )
    OFFICE["a stamped PDF with text that says other points than the form"] = lambda: mail(
        files=[form, ("报名表盖章.pdf", stamped_pdf(total_points="28346")), *pictures]
    )


_copies()
