"""Invented entries, rosters and files for the tests of reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import EntryStatus, FiledFile, Finding, KnownEntry
from mailflow.model.facts import Role, Value
from mailflow.model.letter import Correspondent
from mailflow.model.occurrence import Occurrence, OccurrenceKind
from mailflow.reports.roster import Roster, build_roster

SHANGHAI = ZoneInfo("Asia/Shanghai")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TUESDAY_REPORT = ("challenge-master", "proofreader", "question-writer", "announcer")

MakeEntry = Callable[..., KnownEntry]
MakeRoster = Callable[..., Roster]


@pytest.fixture(scope="session")
def campaign() -> Campaign:
    return load_campaign("shanxi-2020")


@pytest.fixture(scope="session")
def correspondent() -> Correspondent:
    return Correspondent(
        "baosong@unit.example", "报送邮箱", contact="李老师", telephone="0351-0000000", signature="示例单位宣传部"
    )


@pytest.fixture(scope="session")
def at() -> Callable[[str], datetime]:
    """A time in Shanghai from "08-24 10:32"."""
    return lambda text: datetime.strptime(f"2020-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.fixture(scope="session")
def filed() -> Callable[..., FiledFile]:
    """A filed file whose content is its name; `size` may say otherwise."""

    def make(name: str, role: Role, media_type: str = DOCX, size: int | None = None) -> FiledFile:
        content = name.encode()
        return FiledFile(sha256(content).hexdigest(), name, role, media_type, len(content) if size is None else size)

    return make


@pytest.fixture(scope="session")
def make_entry(at: Callable[[str], datetime], filed: Callable[..., FiledFile]) -> MakeEntry:
    """An accepted entry with a form and a scan; any field can be given."""

    def make(index: int = 1, **given: object) -> KnownEntry:
        arrived = at("08-22 09:00") + timedelta(minutes=index)
        entry = KnownEntry(
            ref=f"SX20-{index:04d}",
            applicant=f"张三{'〇一二三四五六七八九'[index % 10]}",
            category="proofreader",
            period=None,
            study_id=f"{1000000000 + index}",
            unit="省水利厅",
            sender=f"a{index}@example.cn",
            status=EntryStatus.ACCEPTED,
            version=1,
            arrived_at=arrived,
            updated_at=arrived,
            complete_at=arrived,
            fields={"organisation": "省水利厅党支部", "total_points": 20000 + index, "annual_points": 6000},
            files=(
                filed(f"form {index}", Role.FORM),
                filed(f"scan {index}", Role.FORM_SCAN, "application/pdf"),
                filed(f"profile {index}", Role.PROFILE, "image/jpeg"),
            ),
        )
        return replace(entry, **given)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def make_roster(campaign: Campaign, at: Callable[[str], datetime]) -> MakeRoster:
    """The Tuesday report of 25 August over `entries`, unless said otherwise."""

    def make(
        entries: Sequence[KnownEntry],
        *,
        of: Campaign | None = None,
        plans: tuple[str, ...] = ("weekly",),
        categories: tuple[str, ...] = TUESDAY_REPORT,
        title: str = "挑战达人与志愿者报名汇总",
        audience: str = "platform",
        cut: datetime | None = None,
        earlier: Mapping[str, Mapping[str, Value]] | None = None,
        series: int = 4,
        since: datetime | None = None,
        until: datetime | None = None,
        next_number: int = 1,
    ) -> Roster:
        until = until or at("08-25 17:00")
        occurrence = Occurrence(
            "report:2020-08-25",
            OccurrenceKind.REPORT,
            until,
            title,
            plans=plans,
            categories=categories,
            audience=audience,
            cut=cut,
        )
        return build_roster(
            occurrence=occurrence,
            campaign=of or campaign,
            entries=entries,
            next_number=next_number,
            series=series,
            since=since,
            until=until,
            earlier=earlier or {},
        )

    return make


@pytest.fixture(scope="session")
def warning() -> Finding:
    return Finding("evidence.points-mismatch", Severity.WARNING, "报名表与截图数字不同（28,345 / 26,345），请核对。")
