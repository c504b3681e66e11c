"""Everything that can be wrong with a campaign file, said at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import available_timezones

from mailflow.campaign.check_categories import category_problems
from mailflow.campaign.check_forms import form_problems
from mailflow.campaign.check_pictures import picture_problems
from mailflow.campaign.check_times import report_problems, time_problems
from mailflow.campaign.problems import Problem, refusal, unknown
from mailflow.campaign.schema import CampaignFile
from mailflow.campaign.structure import read_structure

NAMED = ("group", "field", "form", "requirement", "category", "report", "milestone")


def check(data: Mapping[str, Any], text: str, source: str) -> CampaignFile:
    """The tables of a campaign file, all of it right. Raises CampaignError with every mistake.

    `data` is what TOML made of `text`; `source` names the file.
    """
    file, problems = read_structure(data)
    if file is not None:
        problems += tuple(one for one in _meaning(file, data) if not _follows(one, problems))
    if file is None or problems:
        raise refusal(problems, text, source)
    return file


def _meaning(file: CampaignFile, data: Mapping[str, Any]) -> Iterator[Problem]:
    """What is wrong although each table is of the right shape: names, times, rules, forms that do not fit together.

    A name counts as declared although its own table has mistakes: those are reported where they are.
    """
    tables = {table: data.get(table) for table in NAMED}
    names = {table: tuple(found) if isinstance(found, Mapping) else () for table, found in tables.items()}
    if file.campaign.zone not in available_timezones():
        yield unknown(("campaign", "zone"), "time zone", file.campaign.zone, available_timezones())
    yield from form_problems(file, names)
    yield from picture_problems(file, names)
    yield from category_problems(file, names)
    yield from report_problems(file, names)
    yield from time_problems(file, names)
    yield from _phrase_problems(file.phrases, ("phrases",))


def _phrase_problems(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Problem]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _phrase_problems(value, (*path, key))
        elif not isinstance(value, str):
            yield Problem((*path, key), "is not a sentence", "write text in quotes")


def _follows(one: Problem, earlier: tuple[Problem, ...]) -> bool:
    """Whether a mistake may only follow from another one in the same key or table, which is reported already."""
    return any(one.path == other.path[: len(one.path)] for other in earlier)
