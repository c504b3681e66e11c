"""The filed folders: for people to browse, whatever senders call their files, and whatever people put beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailflow.errors import StoreError
from mailflow.model.entry import FiledFile
from mailflow.model.facts import Role
from mailflow.store.cabinet import SUMMARY, Cabinet, folder_name, names_of, safe_name
from mailflow.store.spool import Spool

FOLDER = "优秀学员/SX20-AAAAAA 王小明"
PAGE = {SUMMARY: "<p>"}


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "files")


@pytest.fixture
def cabinet(tmp_path: Path, spool: Spool) -> Cabinet:
    return Cabinet(tmp_path / "filed", spool)


def filed(spool: Spool, name: str | None, content: bytes, role: Role = Role.PHOTO) -> FiledFile:
    [sha256] = spool.put([content])
    return FiledFile(sha256, name, role, "image/jpeg", len(content))


def listing(cabinet: Cabinet, folder: str = FOLDER) -> list[str]:
    top = cabinet.root / folder
    return sorted(str(path.relative_to(top)) for path in top.rglob("*") if path.is_file())


@given(st.text(max_size=300))
@example("../../etc/passwd")
@example("..")
@example("con.txt")
@example("CON .tar.gz")
@example("a" * 300 + ".docx")
@example("😀" * 120 + ".jpg")
@example("王" * 200)
@example("x." + "王" * 10)
@example("\u202egnp.exe")
@example("a\x00b\n.jpg ")
def test_any_name_is_one_component_that_a_disk_takes(text: str) -> None:
    name = safe_name(text)
    assert 0 < len(name.encode()) <= 240
    assert name not in (".", "..")
    assert not set(name) & set('\\/:*?"<>|\x00\n\r')
    assert name == name.strip(". ")
    assert name.split(".")[0].strip().upper() not in ("CON", "PRN", "AUX", "NUL", "COM1", "LPT9")


def test_files_of_one_name_are_numbered_whatever_their_case(spool: Spool) -> None:
    files = [filed(spool, name, bytes([at])) for at, name in enumerate(["a.jpg", "A.JPG", "a.jpg", SUMMARY, None])]
    names = list(names_of(files).values())
    assert names[:4] == ["a.jpg", "A (2).JPG", "a (3).jpg", "summary (2).html"]
    assert names[4].startswith("photo-")


def test_a_folder_shows_the_files_as_links_and_its_page(cabinet: Cabinet, spool: Spool) -> None:
    one = filed(spool, "照片.jpg", b"x")
    cabinet.file(FOLDER, [one], PAGE, was=None)
    assert listing(cabinet) == [SUMMARY, "照片.jpg"]
    assert (cabinet.root / FOLDER / "照片.jpg").samefile(spool.path(one.sha256))
    assert cabinet.is_filed(FOLDER)


def test_where_links_are_not_to_be_had_files_are_copied_read_only(
    cabinet: Cabinet, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", no_link)
    one = filed(spool, "照片.jpg", b"x")
    for _ in range(2):
        cabinet.file(FOLDER, [one], PAGE, was=None)
    path = cabinet.root / FOLDER / "照片.jpg"
    assert (path.read_bytes(), path.stat().st_mode & 0o222) == (b"x", 0)
    assert listing(cabinet) == [SUMMARY, "照片.jpg"]


def test_a_new_version_takes_away_what_is_no_longer_held(cabinet: Cabinet, spool: Spool) -> None:
    old, new = filed(spool, "照片.jpg", b"old"), filed(spool, "照片.jpg", b"new")
    other = filed(spool, "截图.jpg", b"other")
    cabinet.file(FOLDER, [old, other], PAGE, was=None)
    cabinet.file(FOLDER, [new], PAGE, was=FOLDER)
    assert listing(cabinet) == [SUMMARY, "照片.jpg"]
    assert (cabinet.root / FOLDER / "照片.jpg").read_bytes() == b"new"


def test_what_people_put_there_stays_whatever_happens(cabinet: Cabinet, spool: Spool) -> None:
    cabinet.file(FOLDER, [filed(spool, "照片.jpg", b"x")], PAGE, was=None)
    (cabinet.root / FOLDER / "意见.txt").write_text("可以")
    (cabinet.root / FOLDER / "讨论").mkdir()
    (cabinet.root / FOLDER / "讨论" / "记录.txt").write_text("…")
    (cabinet.root / FOLDER / "截图.jpg").write_text("ours came later")
    cabinet.file(FOLDER, [filed(spool, "截图.jpg", b"y")], PAGE, was=FOLDER)
    assert listing(cabinet) == [SUMMARY, "意见.txt", "截图 [1].jpg", "截图.jpg", "讨论/记录.txt"]
    moved = FOLDER + "（改）"
    cabinet.file(moved, [], PAGE, was=FOLDER)
    assert listing(cabinet) == ["意见.txt", "截图 [1].jpg", "讨论/记录.txt"]
    assert cabinet.sweep({moved}) == 0
    assert listing(cabinet) == ["意见.txt", "截图 [1].jpg", "讨论/记录.txt"]


def test_a_folder_that_is_renamed_goes(cabinet: Cabinet, spool: Spool) -> None:
    cabinet.file(FOLDER, [filed(spool, "照片.jpg", b"x")], PAGE, was=None)
    cabinet.file("优秀学员/SX20-AAAAAA 王晓明", [], PAGE, was=FOLDER)
    assert not (cabinet.root / FOLDER).exists()


def test_orphans_are_swept_and_known_folders_stay(cabinet: Cabinet, spool: Spool) -> None:
    photo = filed(spool, "照片.jpg", b"x")
    cabinet.file(FOLDER, [photo], PAGE, was=None, beside={"另存": [photo]})
    cabinet.file("优秀学员/SX20-BBBBBB 李晓华", [photo], PAGE, was=None)
    assert cabinet.sweep({FOLDER}) == 1
    assert [path.name for path in cabinet.root.glob("*/*")] == ["SX20-AAAAAA 王小明"]
    assert cabinet.sweep(set()) == 1
    assert spool.get(photo.sha256) == b"x"


def test_what_came_beside_stands_in_a_folder_within(cabinet: Cabinet, spool: Spool) -> None:
    late = filed(spool, "照片.jpg", b"late")
    cabinet.file(FOLDER, [filed(spool, "照片.jpg", b"x")], PAGE, was=None, beside={"另存 2020-08-31": [late]})
    assert listing(cabinet) == [SUMMARY, "另存 2020-08-31/照片.jpg", "照片.jpg"]


def test_a_file_that_is_gone_is_named(cabinet: Cabinet) -> None:
    gone = FiledFile("ab" * 32, "照片.jpg", Role.PHOTO, "image/jpeg", 1)
    with pytest.raises(StoreError, match="cannot write"):
        cabinet.file(FOLDER, [gone], PAGE, was=None)
    assert not cabinet.is_filed(FOLDER)


def test_a_folders_name_is_the_receipt_number_and_the_applicant() -> None:
    assert folder_name("优秀学员", "SX20-AAAAAA", "王/小明") == "优秀学员/SX20-AAAAAA 王 小明"
