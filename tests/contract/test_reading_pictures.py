"""The eye and the campaign's words together, over a small part of the corpus; `make accuracy` measures all of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from mailflow.campaign.load import load_campaign
from mailflow.model.facts import Role
from mailflow.model.sight import Look, Seal
from mailflow.sight.look import look_at
from mailflow.testing.camera import TREATMENTS
from mailflow.testing.drawn import encoded
from mailflow.testing.paper import PRINTED, SCANNERS, Scanner, form_trial
from mailflow.testing.scenes import SCENES, portrait, talk
from mailflow.testing.screens import SCREENS
from mailflow.testing.servers import require
from mailflow.testing.trials import Tally, Trial, look_into, screen_trial, values_of

CAMPAIGN = load_campaign("shanxi-2020")
SMALL, LARGE = (720, 1280), (1080, 2340)
PROFILE_LIST, PROFILE_CARD, ANSWERS, SHARE = SCREENS


@pytest.fixture(scope="module", autouse=True)
def _font() -> None:
    require("drawn")


def tally(trials: Iterable[Trial]) -> Tally:
    found = Tally()
    for trial in trials:
        found.add(trial, look_into(trial, look_at, CAMPAIGN))
    return found


def test_screenshots_as_messengers_send_them_are_told_and_every_value_in_them_is_read() -> None:
    small = TREATMENTS["540 px wide, JPEG 20"]
    found = tally(screen_trial(one, SMALL, small, seed) for seed, one in enumerate(SCREENS, start=1))
    assert (found.files, found.told, found.mistold) == (4, 4, 0)
    assert (found.right, found.wrong, found.refused, found.errors) == (18, 0, 0, [])
    assert found.exposed == 18


@pytest.mark.parametrize("how", ["photographed from the screen", "turned by 90°"])
def test_a_screenshot_that_was_photographed_or_turned_is_read_all_the_same(how: str) -> None:
    found = tally([screen_trial(PROFILE_CARD, LARGE, TREATMENTS[how], 7)])
    assert (found.told, found.right, found.wrong) == (1, 7, 0)


def test_of_a_picture_too_small_to_be_read_no_wrong_value_is_accepted_and_the_original_can_be_asked_for() -> None:
    trial = screen_trial(PROFILE_LIST, SMALL, TREATMENTS["badly blurred"], 3)
    read = look_into(trial, look_at, CAMPAIGN)
    assert read.shown is not None
    assert read.shown.blurred
    assert read.role is not Role.PHOTO
    assert tally([trial]).accepted == 0


@pytest.mark.parametrize(
    ("category", "scanner", "seed", "seal"),
    [
        ("outstanding-learner", Scanner(degrees=-2.5), 2, Seal.PRESENT),
        ("challenge-master", Scanner(150, by_telephone=True), 4, Seal.PRESENT),
    ],
)
def test_a_stamped_form_is_read_from_its_scan_and_from_a_photograph(
    category: str, scanner: Scanner, seed: int, seal: Seal
) -> None:
    trial = form_trial(CAMPAIGN, category, scanner, seed)
    read = look_into(trial, look_at, CAMPAIGN)
    assert (read.role, read.told_by, read.form, read.seal) == (Role.FORM_SCAN, "content", None, seal)
    assert read.scan is not None
    assert read.scan.categories == (category,)
    assert {key: values_of(read).get(key) for key in trial.truth} == dict(trial.truth)


def test_a_portrait_and_talk_about_the_pages_are_none_of_them() -> None:
    read = [
        look_into(Trial(encoded(drawn), Look.PICTURE, Role.UNKNOWN, {}, {}), look_at, CAMPAIGN)
        for drawn in (portrait(1), talk(1))
    ]
    assert [(one.role, one.told_by) for one in read] == [(Role.PHOTO, "nothing"), (Role.UNKNOWN, "nothing")]


def test_the_page_on_accuracy_has_every_class_that_is_measured_and_no_wrong_value_that_was_accepted() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "accuracy.md").read_text(encoding="utf-8")
    rows = {
        line.split(" | ")[0].strip("| "): line.strip("| ").split(" | ") for line in page.splitlines() if "|" in line
    }
    measured = (*TREATMENTS, *SCANNERS, *PRINTED, *SCENES)
    assert {name: rows[name][-1] for name in measured} == dict.fromkeys(measured, "0")
