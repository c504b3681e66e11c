"""A form in every format through `mailflow explain`: read with its converter, kindly asked for again without it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mailflow.campaign.load import load_campaign
from mailflow.cli.app import app
from mailflow.testing import forms
from mailflow.testing.drawn import encoded
from mailflow.testing.foreign import save_as
from mailflow.testing.mails import build_mail
from mailflow.testing.paper import Scanner, form_trial
from mailflow.testing.people import nobody
from mailflow.testing.screens import profile_card
from mailflow.testing.servers import require
from mailflow.testing.text_pdf import as_pdf

CAMPAIGN = load_campaign("shanxi-2020")
CATEGORY = "announcer"
VALUES = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "captured_on": "2020年8月20日",
    "total_points": "28345",
    "annual_points": "10234",
    "employer": "省水利厅",
    "mobile": "13900000000",
}
READ = VALUES | {"captured_on": "2020-08-20", "total_points": 28345, "annual_points": 10234}
CONVERTED = ("doc", "wps", "rtf", "odt")


@cache
def converted(extension: str) -> bytes:
    return save_as(extension, {"": forms.filled_controls(CAMPAIGN, CATEGORY, VALUES)})[""]


AT_ONCE: Mapping[str, Callable[[], bytes]] = {
    "docx": lambda: forms.filled_controls(CAMPAIGN, CATEGORY, VALUES),
    "xlsx": lambda: forms.as_workbook(CAMPAIGN, CATEGORY, VALUES),
    "xls": lambda: forms.as_old_workbook(CAMPAIGN, CATEGORY, VALUES),
    "et": lambda: forms.as_old_workbook(CAMPAIGN, CATEGORY, VALUES),
    "pdf": lambda: as_pdf(CAMPAIGN, CATEGORY, VALUES),
}


def explained(folder: Path, *files: tuple[str, bytes], name: str = "王小明") -> Any:
    mail = folder / "mail.eml"
    mail.write_bytes(build_mail(sender="wangxm@mail.example", subject=f"{name}+志愿播音员", files=files))
    said = CliRunner().invoke(app, ["--at", "2020-08-21T10:00", "explain", str(mail), "--json"])
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def submission(document: Any) -> Any:
    (one,) = document["submissions"]
    return one


def codes(document: Any) -> set[tuple[str, str | None]]:
    return {(one["code"], one["where"]) for one in submission(document)["findings"]}


@pytest.fixture
def _converter(monkeypatch: pytest.MonkeyPatch) -> None:
    require("libreoffice")
    monkeypatch.setenv("MAILFLOW_READING__DOCUMENTS", "true")


@pytest.fixture
def _eye(monkeypatch: pytest.MonkeyPatch) -> None:
    require("drawn")
    monkeypatch.setenv("MAILFLOW_READING__PICTURES", "true")


@pytest.mark.parametrize("extension", AT_ONCE)
def test_a_form_that_is_read_at_once(tmp_path: Path, extension: str) -> None:
    found = explained(tmp_path, (f"报名表.{extension}", AT_ONCE[extension]()))
    assert submission(found)["fields"] == READ
    assert not any(code.startswith(("form.", "field.")) for code, _ in codes(found))


@pytest.mark.usefixtures("_converter")
@pytest.mark.parametrize("extension", CONVERTED)
def test_a_form_that_is_converted_first(tmp_path: Path, extension: str) -> None:
    found = explained(tmp_path, (f"报名表.{extension}", converted(extension)))
    assert submission(found)["fields"] == READ
    assert not any(code.startswith(("form.", "field.")) for code, _ in codes(found))
    assert found["message"]["attachments"][0]["role"] == "form"


@pytest.mark.parametrize("extension", CONVERTED)
def test_without_a_converter_the_form_is_kept_and_docx_is_asked_for(tmp_path: Path, extension: str) -> None:
    require("libreoffice")  # to make the file; nobody reads it with that
    found = explained(tmp_path, (f"报名表.{extension}", converted(extension)))
    assert (submission(found)["verdict"], submission(found)["fields"]) == ("incomplete", {})
    asked = codes(found) & {("form.unreadable", "form"), ("attachment.unsupported", "form")}
    assert asked
    assert "docx" in found["reply"]["text"]


@pytest.mark.usefixtures("_eye")
@pytest.mark.parametrize("scanner", [Scanner(), Scanner(by_telephone=True)], ids=["scanned", "photographed"])
def test_a_scan_alone_is_read_and_used_by_nothing(tmp_path: Path, scanner: Scanner) -> None:
    person = nobody(2)
    scan = form_trial(CAMPAIGN, CATEGORY, scanner, 2).content
    found = explained(tmp_path, ("扫描.pdf" if scan.startswith(b"%PDF") else "扫描.jpg", scan), name=person.name)
    assert found["message"]["attachments"][0]["role"] == "form-scan"
    assert submission(found)["fields"] == {}
    assert ("form.missing", "form") in codes(found)
    assert f"{person.total_points:,}" in found["reply"]["text"]
    assert "未经核对" in found["reply"]["text"]


@pytest.mark.usefixtures("_eye")
def test_a_screenshot_in_a_document_is_that_screenshot(tmp_path: Path) -> None:
    person = nobody(2)
    values = {**VALUES, "name": person.name, "study_id": person.study_id, "organisation": person.organisation}
    values |= {"total_points": str(person.total_points), "annual_points": str(person.annual_points)}
    picture = encoded(profile_card(person, (1080, 2340)))
    form = forms.with_pictures(forms.filled_controls(CAMPAIGN, CATEGORY, values), picture)
    found = explained(tmp_path, ("报名表.docx", form), name=person.name)
    roles = {one["role"]: one["inside"] for one in found["message"]["attachments"]}
    assert roles == {"form": None, "profile-screenshot": "报名表.docx"}
    assert ("attachment.missing", "profile-screenshot") not in codes(found)
    assert "与报名表一致" in found["reply"]["text"]
