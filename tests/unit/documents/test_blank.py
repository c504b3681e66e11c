"""The blank forms say what the announcement prints on each."""

from __future__ import annotations

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.documents.blank import blank_form
from mailflow.documents.layout import read_form
from mailflow.documents.word import read_docx
from mailflow.testing.forms import filled_form

CAMPAIGN = load_campaign("shanxi-2020")
NOTES = {
    "model-learner": "建议总积分在25000分以上学员报送。",
    "outstanding-learner": "建议年度积分在10000分以上学员报送。",
    "model-organisation": "建议参与度50%以上，人均积分15分以上报送。",
}


def texts(docx: bytes) -> list[str]:
    return [cell.text for grid in read_docx(docx).grids for cell in grid.cells]


@pytest.mark.parametrize("category", NOTES)
def test_each_form_bears_its_own_remark(category: str) -> None:
    shown = texts(blank_form(CAMPAIGN, CAMPAIGN.category(category)))
    assert shown[shown.index("备注") + 1] == NOTES[category]
    assert not any("{" in text for text in shown)


def test_the_remark_of_another_category_is_nobodys_value() -> None:
    form = filled_form(CAMPAIGN, "outstanding-learner", {"name": "王小明", "study_id": "1000000001"})
    read = read_form(read_docx(form), CAMPAIGN)
    assert read is not None
    assert (dict(read.fields), dict(read.invalid)) == ({"name": "王小明", "study_id": "1000000001"}, {})
