"""Settings: everything wrong at once, the environment over the file, and no secret in any message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailflow.clock import SystemClock
from mailflow.errors import SettingsError
from mailflow.model.letter import LetterKind
from mailflow.settings import Settings, load_settings
from mailflow.wiring import build_lanes, build_world, imap_account, units_of

SECRET = "hunter2-授权码"
GOOD = f"""
data = "state"
[imap]
host = "imap.example.cn"
username = "bm@unit.example"
password = "{SECRET}"
folder = ["INBOX", "垃圾邮件"]
[smtp]
host = "smtp.example.cn"
username = "bm@unit.example"
password = "{SECRET}"
sender = "bm@unit.example"
[recipients]
platform = ["p@unit.example"]
organiser = ["o@unit.example"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(folder: Path, text: str) -> Settings:
    (folder / "mailflow.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "mailflow.toml")


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return str(caught.value)


def test_good_settings_are_read_and_paths_are_relative_to_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    settings = load(folder, GOOD)
    assert settings.data_folder == folder / "state"
    assert imap_account(settings).folders == ("INBOX", "垃圾邮件")
    assert imap_account(settings).password == SECRET


def test_all_that_is_wrong_is_told_at_once_with_file_and_key(folder: Path) -> None:
    text = """
datta = "x"
mode = "dry"
[imap]
port = 99999
security = "none"
host = "imap.example.cn"
poll_secs = 5
after = "move"
[smtp]
host = ""
[limits]
replies_per_hour = -1
[recipients]
platform = ["张老师"]
[alarms]
to = []
"""
    told = refusal(folder, text)
    for key, words in {
        "datta": "did you mean data?",
        "mode": "'live' or 'shadow'",
        "imap.port": "less than or equal to 65535",
        "imap.poll_secs": "did you mean poll_seconds?",
        "smtp.host": "at least 1 character",
        "limits.replies_per_hour": "greater than or equal to 0",
        "recipients.platform.0": "is no mail address",
        "alarms": "did you mean alarm?",
    }.items():
        [line] = [one for one in told.splitlines() if f"mailflow.toml: {key}:" in one]
        assert words in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[imap]\nhost = "imap.example.cn"\nsecurity = "none"', "would send the password in clear"),
        ('[smtp]\nhost = "smtp.example.cn"\nsecurity = "none"', "would send the password in clear"),
        ('[alarm]\nhost = "smtp.example.cn"\nsecurity = "none"', "would send the password in clear"),
        ('[imap]\nhost = "x"\nafter = "move"', "needs filed_folder"),
        ("[imap]", "imap.host: is not set"),
        ("data = \n", "at line 1"),
        ('[alarm]\nto = ["nobody"]', "is no mail address"),
        ('[smtp]\nhost = "x"\nsender = "报名 <bm@unit.example>"', "is no mail address"),
    ],
)
def test_each_fault_is_told_in_words(folder: Path, text: str, words: str) -> None:
    assert words in refusal(folder, text)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_without_tls_only_to_a_loopback_host(folder: Path, host: str) -> None:
    assert load(folder, f'[imap]\nhost = "{host}"\nsecurity = "none"').imap is not None


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_MODE", "shadow")
    monkeypatch.setenv("MAILFLOW_IMAP__HOST", "other.example.cn")
    monkeypatch.setenv("MAILFLOW_IMAP__SINCE", "2020-08-14")
    settings = load(folder, GOOD)
    assert (settings.mode, settings.imap_or_refuse().host) == ("shadow", "other.example.cn")
    assert settings.imap_or_refuse().since == date(2020, 8, 14)
    assert settings.imap_or_refuse().username == "bm@unit.example"


@pytest.mark.parametrize("written", ['["INBOX", "垃圾邮件"]', "INBOX,垃圾邮件", "INBOX; 垃圾邮件"])
def test_lists_in_the_environment_are_json_or_separated(
    folder: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("MAILFLOW_IMAP__FOLDER", written)
    assert load(folder, GOOD).imap_or_refuse().folder == ("INBOX", "垃圾邮件")


def test_without_a_file_the_environment_is_enough(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_IMAP__HOST", "imap.example.cn")
    monkeypatch.setenv("MAILFLOW_RECIPIENTS__PLATFORM", "a@unit.example,b@unit.example")
    settings = load_settings()
    assert settings.recipients.platform == ("a@unit.example", "b@unit.example")
    assert settings.data_folder == folder / "data"


@pytest.mark.parametrize("name", ["MAILFLOW_IMPA__HOST", "MAILFLOW_IMAP__HOSST"])
def test_a_slip_in_the_environment_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "x")
    assert "did you mean" in refusal(folder, GOOD)


def test_a_password_may_stand_in_a_file_beside_the_settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text(f"\ufeff{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("MAILFLOW_IMAP__PASSWORD_FILE", "secret")
    settings = load(folder, GOOD.replace(SECRET, "other"))
    assert imap_account(settings).password == SECRET


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_password_file_that_cannot_be_read_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    if content is not None:
        (folder / "secret").write_bytes(content)
    monkeypatch.setenv("MAILFLOW_IMAP__PASSWORD_FILE", "secret")
    settings = load(folder, GOOD)
    with pytest.raises(SettingsError, match="password_file"):
        imap_account(settings)


def test_no_secret_stands_in_any_message_or_repr(folder: Path) -> None:
    assert SECRET not in repr(load(folder, GOOD))
    assert SECRET not in repr(load(folder, GOOD).model_dump())
    wrong = GOOD.replace('sender = "bm@unit.example"', f'sender = "{SECRET}"\npasswort = "{SECRET}"')
    wrong = wrong.replace('host = "imap.example.cn"', 'host = "imap.example.cn"\nport = "x"')
    with pytest.raises(SettingsError) as caught:
        load(folder, wrong)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value.__cause__)


def test_a_missing_section_says_how_to_make_one(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"\[imap\] is not set: run `mailflow init`"):
        load(folder, "").imap_or_refuse()


def test_a_missing_file_says_how_to_make_one(folder: Path) -> None:
    with pytest.raises(SettingsError, match="`mailflow init` writes one"):
        load_settings(folder / "nowhere.toml")


def test_alarms_go_their_own_way_where_there_is_a_second_account(folder: Path) -> None:
    settings = load(
        folder, GOOD + '[alarm]\nhost = "smtp.other.example"\nsender = "x@other.example"\nto = ["z@a.example"]'
    )
    main, alarms = build_lanes(settings)
    assert LetterKind.ALARM not in main.kinds
    assert (alarms.kinds, alarms.host) == ((LetterKind.ALARM,), "smtp.other.example")
    only_to = load(folder, GOOD + '[alarm]\nto = ["z@a.example"]')
    assert [lane.kinds for lane in build_lanes(only_to)] == [tuple(LetterKind)]
    world = build_world(only_to, SystemClock())
    assert world.addressees.alarm == ("z@a.example",)
    world.database.close()


def test_the_data_folder_is_the_owners_alone(folder: Path) -> None:
    world = build_world(load(folder, GOOD), SystemClock())
    assert (folder / "state").stat().st_mode & 0o777 == 0o700
    world.database.close()


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gbk"])
def test_the_list_of_units_is_read_as_excel_writes_it(folder: Path, charset: str) -> None:
    (folder / "u.csv").write_bytes(
        "unit,addresses,note\r\n水利厅,A@unit.example; b@unit.example,x\r\n,,\r\n".encode(charset)
    )
    [unit] = units_of(load(folder, '[units]\nfile = "u.csv"'))
    assert (unit.name, unit.addresses) == ("水利厅", ("a@unit.example", "b@unit.example"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,mail\r\n", "the first line must be: unit,addresses"),
        ("unit,addresses\r\n水利厅,不知道\r\n", "line 2: '不知道' is no mail address"),
        ('unit,addresses\r\n"' + "x" * 200_000 + '",\r\n', "field larger than field limit"),
        (b"\x81\xff\xff\xff", "neither UTF-8 nor GBK"),
    ],
)
def test_a_list_of_units_that_cannot_be_read_is_told(folder: Path, content: str | bytes, words: str) -> None:
    (folder / "u.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SettingsError, match=words):
        units_of(load(folder, '[units]\nfile = "u.csv"'))
