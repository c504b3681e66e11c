"""Zips of forms: what goes in, how they are split, what their names are."""

from __future__ import annotations

import csv
import io
import zipfile
from base64 import encodebytes
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256

import pytest

from mailflow.model.campaign import Campaign
from mailflow.model.entry import FiledFile, KnownEntry
from mailflow.model.facts import Role
from mailflow.reports.bundle import LETTER_BYTES, BundlePlan, encoded_size, manifest, plan_bundles, write_bundle
from mailflow.reports.roster import Roster
from mailflow.reports.words import words_of

MakeEntry = Callable[..., KnownEntry]
MakeRoster = Callable[..., Roster]
MakeFile = Callable[..., FiledFile]
MEGABYTE = 1_000_000


def layout(plans: tuple[BundlePlan, ...]) -> list[list[str]]:
    """Folder and file, numbers of entries only: "001/报名表.docx"."""
    return [[f"{one.path.split('/')[1][:3]}/{one.name}" for one in plan.files] for plan in plans]


def contents(*entries: KnownEntry) -> Mapping[str, bytes]:
    """The bytes behind the made-up files: their names, repeated to their size."""
    found = {}
    for one in (file for entry in entries for file in entry.files):
        assert one.filename is not None
        found[one.sha256] = (one.filename.encode() * (one.size // len(one.filename) + 1))[: one.size]
    return found


def test_a_zip_holds_forms_and_scans_under_category_number_unit_and_name(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entry = make_entry(applicant="王小明", number=7)
    (plan,) = plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)
    archive = zipfile.ZipFile(io.BytesIO(write_bundle(plan, contents(entry).__getitem__)))
    assert archive.testzip() is None
    assert {one.filename: archive.read(one) for one in archive.infolist()} == {
        "志愿审读员/007-省水利厅-王小明/报名表.docx": b"form 1",
        "志愿审读员/007-省水利厅-王小明/盖章扫描件.pdf": b"scan 1",
    }
    assert all(one.flag_bits & 0x800 for one in archive.infolist()), "names are marked as UTF-8"
    assert plan.filename == "第4期报名表.zip"


def test_a_recommendation_brings_everything_that_was_handed_in_but_no_unknown_files(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile
) -> None:
    files = (
        filed("setup", Role.UNKNOWN, "application/x-dosexec"),
        filed("trap", Role.EVIDENCE, "text/html"),
        filed("shot", Role.EVIDENCE, "image/png"),
        filed("zip", Role.ARCHIVE, "application/zip"),
    )
    entry = make_entry(category="model-individual")
    entry = replace(entry, files=(*files, *entry.files))
    roster = make_roster([entry], plans=("recommendation",), categories=("model-individual",))
    plans = plan_bundles(roster, campaign, max_bytes=MEGABYTE)
    assert layout(plans) == [["001/报名表.docx", "001/盖章扫描件.pdf", "001/我的信息截图.jpg", "001/印证材料.png"]]


def test_a_form_of_an_unknown_kind_goes_along_without_its_own_extension(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile
) -> None:
    entry = make_entry(files=(filed("form.dat", Role.FORM, "application/octet-stream"),))
    assert layout(plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)) == [["001/报名表.bin"]]


@pytest.mark.parametrize("media_type", ["application/x-msdownload", "application/x-script", "application/java-archive"])
def test_a_program_is_never_passed_on(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile, media_type: str
) -> None:
    entry = make_entry(files=(filed("报名表.docx.exe", Role.FORM, media_type), filed("b.docx", Role.FORM_SCAN)))
    assert layout(plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)) == [["001/盖章扫描件.docx"]]


@pytest.mark.parametrize(
    "kind",
    [
        ("application/vnd.ms-word.document.macroEnabled.12", "docm"),
        ("application/vnd.ms-excel.sheet.macroEnabled.12", "xlsm"),
        ("application/x-msword-macros", "doc"),
    ],
)
def test_a_form_with_macros_is_passed_on_with_a_mark_in_its_name_and_in_the_manifest(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile, kind: tuple[str, str]
) -> None:
    media_type, extension = kind
    entry = make_entry(files=(filed("报名表", Role.FORM, media_type),))
    (plan,) = plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)
    assert layout((plan,)) == [[f"001/报名表（含宏）.{extension}"]]
    (row,) = csv.DictReader(io.StringIO(manifest(plan, words_of(campaign)).content.decode("utf-8-sig")))
    assert row["note"] == "此文件含有宏，请勿启用"


def test_several_files_of_one_role_are_numbered_and_one_content_goes_once(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, filed: MakeFile
) -> None:
    page = filed("page", Role.FORM_SCAN, "image/jpeg")
    entry = make_entry(files=(page, filed("page 2", Role.FORM_SCAN, "image/jpeg"), page))
    plans = plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)
    assert layout(plans) == [["001/盖章扫描件.jpg", "001/盖章扫描件-2.jpg"]]


@pytest.fixture
def sized(make_entry: MakeEntry, filed: MakeFile) -> Callable[..., KnownEntry]:
    """An entry with one scan for each size given, in kilobytes."""

    def make(index: int, *kilobytes: int) -> KnownEntry:
        scans = [
            filed(f"scan {index} {at}", Role.FORM_SCAN, "image/jpeg", size * 1000) for at, size in enumerate(kilobytes)
        ]
        return make_entry(index, files=tuple(scans))

    return make


@pytest.mark.parametrize(
    ("sizes", "extra", "split"),
    [
        ([(300,), (300,)], 0, [[1, 2]]),
        ([(300,), (300,), (300,)], 0, [[1, 2], [3]]),
        ([(400,), (200, 200), (100,)], 0, [[1], [2, 3]]),
        ([(300,), (250, 250), (100,)], 0, [[1], [2, 3]]),
        ([(300,), (300,)], 300_000, [[1], [2]]),
        ([(600,), (100,)], 300_000, [[], [1], [2]]),
        ([], 300_000, []),
    ],
)
def test_mails_are_filled_in_order_and_nobody_is_split(
    *,
    campaign: Campaign,
    make_roster: MakeRoster,
    sized: Callable[..., KnownEntry],
    sizes: list[tuple[int, ...]],
    extra: int,
    split: list[list[int]],
) -> None:
    roster = make_roster([sized(index, *one) for index, one in enumerate(sizes, start=1)])
    plans = plan_bundles(roster, campaign, max_bytes=MEGABYTE, first_extra=extra)
    assert [sorted({int(one.ref[-4:]) for one in plan.files}) for plan in plans] == split
    assert [(plan.number, plan.of) for plan in plans] == [(k, len(split)) for k in range(1, len(split) + 1)]


def test_who_alone_exceeds_a_mail_is_split_by_file(
    campaign: Campaign, make_roster: MakeRoster, sized: Callable[..., KnownEntry]
) -> None:
    plans = plan_bundles(make_roster([sized(1, 500, 500), sized(2, 100)]), campaign, max_bytes=MEGABYTE)
    assert layout(plans) == [["001/盖章扫描件.jpg"], ["001/盖章扫描件-2.jpg", "002/盖章扫描件.jpg"]]
    assert not any(one.is_too_large for plan in plans for one in plan.files)


def test_a_file_that_no_mail_can_carry_goes_alone_with_a_warning(
    campaign: Campaign, make_roster: MakeRoster, sized: Callable[..., KnownEntry]
) -> None:
    roster = make_roster([sized(1, 100), sized(2, 900), sized(3, 100)])
    plans = plan_bundles(roster, campaign, max_bytes=MEGABYTE)
    assert layout(plans) == [["001/盖章扫描件.jpg"], ["002/盖章扫描件.jpg"], ["003/盖章扫描件.jpg"]]
    rows = list(csv.reader(io.StringIO(manifest(plans[1], words_of(campaign)).content.decode("utf-8-sig"))))
    assert "超过单封邮件的大小上限" in rows[1][3]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 100_000])
def test_the_encoded_size_is_that_of_base64_lines_with_crlf(size: int) -> None:
    assert encoded_size(size) == len(encodebytes(bytes(size)).replace(b"\n", b"\r\n"))


def test_a_mail_is_never_larger_than_planned(
    campaign: Campaign, make_roster: MakeRoster, make_entry: MakeEntry, filed: MakeFile
) -> None:
    entries = [
        make_entry(index, applicant="李" * 30, unit="甲" * 30, files=(filed(f"{index}", Role.FORM, size=index * 3000),))
        for index in range(1, 60)
    ]
    roster = make_roster(entries)
    plans = plan_bundles(roster, campaign, max_bytes=MEGABYTE)
    assert len(plans) > 2
    for plan in plans:
        zipped = encoded_size(len(write_bundle(plan, contents(*entries).__getitem__)))
        listed = encoded_size(len(manifest(plan, words_of(campaign)).content))
        assert zipped + listed <= plan.encoded <= MEGABYTE - LETTER_BYTES


def test_the_same_plan_gives_the_same_bytes_stamped_with_the_reports_time(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entries = [make_entry(1), make_entry(2)]
    first, second = (plan_bundles(make_roster(entries), campaign, max_bytes=MEGABYTE)[0] for _ in range(2))
    content = write_bundle(first, contents(*entries).__getitem__)
    assert content == write_bundle(second, contents(*entries).__getitem__)
    assert {one.date_time for one in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {(2020, 8, 25, 17, 0, 0)}


HOSTILE = ["../../etc/passwd", "a/b\\c", "C:\\x", "\u202egnp.exe", "王\x00小\n明", "CON", "...", "", "=1+1", "李" * 500]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_folder_below_its_category(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster, name: str
) -> None:
    entry = make_entry(applicant=name, unit=name)
    (plan,) = plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)
    for one in plan.files:
        category, folder, file = one.path.split("/")
        assert category == "志愿审读员"
        assert folder.startswith("001")
        assert len(folder) <= 100
        assert file in ("报名表.docx", "盖章扫描件.pdf")
        assert not set(one.path) & set('\\:*?"<>|\u202e\x00\n')
        assert ".." not in one.path.split("/")


def test_namesakes_in_one_unit_have_folders_of_their_own(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    roster = make_roster([make_entry(1, applicant="王小明"), make_entry(2, applicant="王小明")])
    (plan,) = plan_bundles(roster, campaign, max_bytes=MEGABYTE)
    assert len({one.folder for one in plan.files}) == 2
    assert len({one.path.casefold() for one in plan.files}) == len(plan.files)


def test_the_manifest_names_each_file_with_its_hash_and_holds_no_formula(
    campaign: Campaign, make_entry: MakeEntry, make_roster: MakeRoster
) -> None:
    entry = make_entry(applicant='=HYPERLINK("http://evil.example")')
    (plan,) = plan_bundles(make_roster([entry]), campaign, max_bytes=MEGABYTE)
    part = manifest(plan, words_of(campaign))
    assert part.filename == "清单.csv"
    assert part.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(part.content.decode("utf-8-sig"))))
    assert [row["sha256"] for row in rows] == [sha256(one).hexdigest() for one in (b"form 1", b"scan 1")]
    assert {row["applicant"] for row in rows} == {'\'=HYPERLINK("http://evil.example")'}
