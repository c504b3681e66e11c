"""The shipped campaigns, the README's example, the JSON Schema."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailflow import resources
from mailflow.campaign.load import load_campaign, parse_campaign
from mailflow.campaign.rules import Answer, check_rule
from mailflow.campaign.schema import json_schema
from mailflow.errors import CampaignError
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.facts import Role, Value

SHANXI, VILLAGE = load_campaign("shanxi-2020"), load_campaign("village-grants")
FOLDER = resources.folders("schedules")[0]


def test_the_categories_of_2020_in_their_order() -> None:
    assert [(one.id, one.name, one.applicant, one.group) for one in SHANXI.categories] == [
        ("model-learner", "学员标兵", "person", "award"),
        ("outstanding-learner", "优秀学员", "person", "award"),
        ("challenge-master", "挑战达人", "person", "award"),
        ("model-organisation", "模范学习组织", "organisation", "award"),
        ("model-individual", "模范学习个人", "person", "award"),
        ("proofreader", "志愿审读员", "person", "volunteer"),
        ("question-writer", "志愿命题员", "person", "volunteer"),
        ("announcer", "志愿播音员", "person", "volunteer"),
    ]
    assert SHANXI.category("question-writer").aliases == ("志愿出题员", "命题员", "出题员")
    assert [(one.id, one.one_each) for one in SHANXI.groups] == [("award", True), ("volunteer", False)]


def test_times_are_in_the_campaigns_zone_and_24_00_is_the_next_day() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    learner = SHANXI.category("model-learner")
    assert learner.closes == datetime(2020, 8, 31, 0, 0, tzinfo=zone)
    assert learner.update_until == datetime(2020, 8, 31, 12, 0, tzinfo=zone)
    assert learner.closes_text == "8月30日（周日）24时"
    assert SHANXI.category("model-organisation").closes == datetime(2020, 9, 2, 18, 0, tzinfo=zone)
    assert SHANXI.category("announcer").closes is None
    assert SHANXI.ends == datetime(2021, 1, 1, 0, 0, tzinfo=zone)


PERSON = ("name", "study_id", "organisation", "captured_on", "total_points", "annual_points")


@pytest.mark.parametrize(
    ("category", "required", "files"),
    [
        ("model-learner", (*PERSON, "mobile"), "form form-scan profile-screenshot photo"),
        ("outstanding-learner", (*PERSON, "mobile"), "form form-scan profile-screenshot photo"),
        (
            "challenge-master",
            (*PERSON, "employer", "mobile"),
            "form form-scan profile-screenshot share-screenshot answers-screenshot photo",
        ),
        (
            "model-organisation",
            ("organisation", "administrator", "phone", "learners", "participation", "points_per_head", "results"),
            "form form-scan evidence",
        ),
        ("model-individual", (*PERSON, "employer", "mobile", "statement"), "form form-scan profile-screenshot"),
        ("proofreader", (*PERSON, "employer", "mobile"), "form form-scan profile-screenshot"),
        ("question-writer", (*PERSON, "employer", "mobile"), "form form-scan profile-screenshot"),
        ("announcer", (*PERSON, "employer", "mobile"), "form form-scan profile-screenshot"),
    ],
)
def test_what_each_category_asks_for(category: str, required: tuple[str, ...], files: str) -> None:
    one = SHANXI.category(category)
    assert SHANXI.form(one.form).required == required
    assert [requirement.role.value for requirement in one.requirements] == files.split()
    assert {one.role: one.without_unit for one in one.requirements}[Role.FORM_SCAN] is Severity.WARNING
    assert SHANXI.form_title(one) == f"{one.name}报名表"


RULES: list[tuple[str, str, dict[str, Value], Answer, Severity]] = [
    ("model-learner", "points", {"annual_points": 12000}, Answer.PASSED, Severity.ERROR),
    ("model-learner", "points", {"total_points": 24900, "annual_points": 9800}, Answer.FAILED, Severity.ERROR),
    ("model-learner", "advice", {"total_points": 24900}, Answer.FAILED, Severity.NOTE),
    ("outstanding-learner", "points", {"total_points": 25000}, Answer.PASSED, Severity.ERROR),
    ("outstanding-learner", "advice", {"annual_points": 9999}, Answer.FAILED, Severity.NOTE),
    ("challenge-master", "annual-points", {"annual_points": 6999}, Answer.FAILED, Severity.ERROR),
    ("challenge-master", "answers", {}, Answer.UNKNOWN, Severity.WARNING),
    ("challenge-master", "clears", {"clears_this_year": 2}, Answer.PASSED, Severity.ERROR),
    ("challenge-master", "clears", {"clears_this_year": 3}, Answer.FAILED, Severity.ERROR),
    ("model-organisation", "participation", {"participation_best": 39.5}, Answer.FAILED, Severity.ERROR),
    ("model-organisation", "participation-each-day", {"participation": 40.0}, Answer.PASSED, Severity.WARNING),
    ("model-organisation", "points-per-head", {"points_per_head_best": 30}, Answer.PASSED, Severity.ERROR),
    ("model-organisation", "points-per-head-each-day", {"points_per_head": 29}, Answer.FAILED, Severity.WARNING),
    ("model-organisation", "articles", {"articles": 1}, Answer.PASSED, Severity.WARNING),
    ("model-organisation", "participation-advice", {"participation": 45.0}, Answer.FAILED, Severity.NOTE),
    ("model-organisation", "points-per-head-advice", {"points_per_head": 14}, Answer.FAILED, Severity.NOTE),
    ("model-individual", "annual-points", {"annual_points": 7000}, Answer.PASSED, Severity.ERROR),
    ("model-individual", "contribution", {}, Answer.UNKNOWN, Severity.ERROR),
    ("proofreader", "annual-points", {"annual_points": 4999}, Answer.FAILED, Severity.WARNING),
    ("question-writer", "annual-points", {"annual_points": 3999}, Answer.FAILED, Severity.WARNING),
    ("announcer", "annual-points", {"annual_points": 3000}, Answer.PASSED, Severity.WARNING),
]


@pytest.mark.parametrize(("category", "rule_id", "values", "answer", "severity"), RULES)
def test_the_rules_of_2020(
    category: str, rule_id: str, values: dict[str, Value], answer: Answer, severity: Severity
) -> None:
    one = SHANXI.category(category)
    (rule,) = [rule for rule in one.rules if rule.id == rule_id]
    assert check_rule(rule, SHANXI.form(one.form), values).answer is answer
    assert rule.severity is severity
    assert rule.as_of == (date(2020, 8, 30) if rule_id == "points" else None)


def test_every_rule_of_2020_is_in_the_table_above() -> None:
    assert {(one.id, rule.id) for one in SHANXI.categories for rule in one.rules} == {row[:2] for row in RULES}


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("clears_this_year", "这是本年度第（  2 ）次填报通关。", "2"),
        ("clears_this_year", "这是本年度第_二_次填报通关。", "二"),
        ("clears_this_year", "这是本年度第（    ）次填报通关。", None),
        ("cleared_on", "一张通关分享图，分享图时间（  8 月 20 日）", "8 月 20 日"),
        ("cleared_on", "一张通关分享图，分享图时间（    月   日）", None),
        ("unit", "情况属实，同意报送。省水利厅（盖章） 2020年8月20日", "省水利厅"),
        ("unit", "同意推荐 某某通讯站 2020年8月20日", "某某通讯站"),
        (
            "unit",
            "同意报送。某某省直属机关工作委员会宣传部某某培训中心青年工作处第三党支部 2020年8月20日",
            "某某省直属机关工作委员会宣传部某某培训中心青年工作处第三党支部",
        ),
        ("unit", "情况属实，我单位对所填内容负责。", None),
        ("unit", "年   月   日", None),
        ("unit", "以上内容属实。本人姓名：王小明", None),
        ("unit", "情况属实，特此证明。", None),
        ("unit", "以上属实，联系人：王小明", None),
        ("unit", "同意报送。年  月  日", None),
    ],
)
def test_values_inside_printed_sentences_are_found(field: str, text: str, value: str | None) -> None:
    asked = SHANXI.form("challenge-master").field(field)
    assert asked is not None
    assert asked.pattern is not None
    found = re.search(asked.pattern, text)
    assert (found[1] if found else None) == value


def test_a_form_may_change_a_field() -> None:
    individual, volunteer = SHANXI.form("model-individual"), SHANXI.form("volunteer")
    own, shared = individual.field("statement"), volunteer.field("statement")
    assert own is not None
    assert shared is not None
    assert (own.label, own.max_chars) == ("个人成绩说明", 300)
    assert (shared.label, shared.max_chars) == ("个人特长说明", None)


def test_every_required_field_has_its_place_in_the_blank_form() -> None:
    for campaign in (SHANXI, VILLAGE):
        for form in campaign.forms:
            places = {cell.field for row in form.rows for cell in row}
            assert set(form.required) <= places


def test_the_second_campaign_is_of_another_kind() -> None:
    assert (VILLAGE.language, VILLAGE.zone.key, VILLAGE.workdays) == ("en", "Europe/London", "weekdays")
    assert VILLAGE.reports[0].weekdays == ("mon",)
    assert VILLAGE.category("project-grant").closes_text == "Friday 29 May, 17:00"


def test_the_files_own_phrases_stand_over_the_languages() -> None:
    text = (FOLDER / "village-grants.toml").read_text(encoding="utf-8") + '\n[phrases.field]\nmissing = "ours"\n'
    phrases = {"en": {"field.missing": "theirs", "field.invalid": "theirs"}, "zh": {"field.missing": "别人的"}}
    campaign = parse_campaign(text, source="x", phrases=phrases)
    assert _sentences(campaign) == {"field.missing": "ours", "field.invalid": "theirs"}
    without = parse_campaign(text.replace('language       = "en"', 'language = "cy"'), source="x", phrases=phrases)
    assert _sentences(without) == {"field.missing": "ours"}


def test_a_field_that_stands_in_no_form_has_its_label_all_the_same() -> None:
    assert SHANXI.phrases["label.answers"] == "答题次数"


def _sentences(campaign: Campaign) -> dict[str, str]:
    return {code: text for code, text in campaign.phrases.items() if not code.startswith("label.")}


def test_a_file_is_found_by_path_or_by_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        (FOLDER / "village-grants.toml").read_text(encoding="utf-8"), encoding="utf-8-sig"
    )
    assert load_campaign("mine.toml", base=tmp_path) == VILLAGE
    assert load_campaign(str(tmp_path / "mine.toml")) == VILLAGE
    assert load_campaign("village-grants", base=tmp_path) == VILLAGE
    assert load_campaign("village-grants.toml", base=tmp_path) == VILLAGE


def test_line_breaks_of_windows_change_nothing() -> None:
    text = (FOLDER / "village-grants.toml").read_text(encoding="utf-8")
    assert parse_campaign(text.replace("\n", "\r\n"), source="x", phrases={}).texts == VILLAGE.texts


def test_the_schema_for_editors_is_current() -> None:
    assert (FOLDER / "campaign.schema.json").read_text(encoding="utf-8") == json_schema(), (
        "run: python -m mailflow.campaign.schema > schedules/campaign.schema.json"
    )


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_campaign_points_editors_to_the_schema_and_is_named_after_its_file(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("#:schema ./campaign.schema.json\n")
    assert load_campaign(path.stem).id == path.stem


def test_the_example_of_the_readme_is_a_campaign() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", readme, re.S)
    campaign = parse_campaign(example, source="README.md", phrases={})
    assert campaign.category("essay").requirements[1].role is Role.EVIDENCE
    assert campaign.reports[0].weekdays == ("mon",)


def test_the_mistake_shown_in_the_readme_is_what_is_said() -> None:
    (shown,) = re.findall(
        r"```\n(schedules/village-grants\.toml:.*?)\n```", (FOLDER / "README.md").read_text("utf-8"), re.S
    )
    text = (FOLDER / "village-grants.toml").read_text(encoding="utf-8")
    text = text.replace('["form", "form-scan", "evidence"]', '["form", "form-scan", "evidense"]')
    with pytest.raises(CampaignError) as error:
        parse_campaign(text, source="schedules/village-grants.toml", phrases={})
    assert str(error.value) == shown
