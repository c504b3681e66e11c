"""Batches: a unit's officer sends several applicants in one mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.samples.parts import (
    TEXT,
    UNIT,
    File,
    attached,
    bounded,
    docx_of_tables,
    form,
    head,
    mail,
    papers,
    picture,
    workbook,
    zipped,
)

BATCHES: dict[str, Callable[[], bytes]] = {}
OTHER = {"学号": "1000000002", "手机号码": "13800000001"}
WANG = papers()
LI = papers("李晓华", "优秀学员", **OTHER)
LI_SPEAKS = papers("李晓华", "志愿播音员", **OTHER)
ZHANG = papers("张三", "志愿播音员", 学号="1000000003", 手机号码="13800000002")
SCANS: list[File] = [("扫描0003.png", picture(70)), ("扫描0004.png", picture(71))]


def batch(subject: str, *files: list[File], **rest: str) -> bytes:
    """A mail of the unit with these files."""
    return mail(subject, [one for several in files for one in several], sender=UNIT, **rest)


def folders(tree: Mapping[str, list[File]], name: str = "报名材料.zip") -> list[File]:
    """A zip with a folder for each key."""
    return [(name, zipped({f"{folder}/{file}": data for folder, files in tree.items() for file, data in files}))]


def two_forms(*forms: tuple[str, str, str]) -> bytes:
    """Several forms in one docx, a table each."""
    return docx_of_tables(
        [
            [
                [f"{category}报名表"],
                ["姓名", name, "学号", study_id],
                ["学习组织", "省水利厅机关党委", "截图时间", "2020年8月20日"],
                ["总积分", "28345", "年度积分", "10234"],
                ["手机号码", "13800000000"],
            ]
            for name, category, study_id in forms
        ]
    )


def _by_forms() -> None:
    BATCHES["two applicants, files named"] = lambda: batch("省水利厅报送优秀学员2人", WANG, LI)
    BATCHES["two applicants, the subject names only the unit"] = lambda: batch("省水利厅报送材料", WANG, LI)
    BATCHES["two categories announced at once"] = lambda: batch(
        "省水利厅报送优秀学员、志愿播音员共3人", WANG, LI_SPEAKS, ZHANG
    )
    BATCHES["scans that name nobody are listed"] = lambda: batch("省水利厅报送优秀学员2人", WANG, LI, SCANS)
    BATCHES["several names in the subject"] = lambda: batch("王小明、李晓华+优秀学员", WANG, LI)
    BATCHES["several names in the subject, one without files"] = lambda: batch("王小明、李晓华+优秀学员", WANG)
    BATCHES["two names joined by 和"] = lambda: batch("王小明和李晓华+优秀学员", WANG, LI)
    BATCHES["the subject names one of two"] = lambda: batch("王小明等2人+优秀学员", WANG, LI)
    BATCHES["one applicant in two categories"] = lambda: batch(
        "王小明报名", WANG, [("王小明志愿播音员报名表.docx", form("王小明", "志愿播音员"))]
    )
    BATCHES["two forms in one file"] = lambda: batch(
        "省水利厅报送优秀学员2人",
        [("报名表.docx", two_forms(("王小明", "优秀学员", "1000000001"), ("李晓华", "优秀学员", "1000000002")))],
        WANG[1:],
        LI[1:],
    )
    BATCHES["two people of one name"] = lambda: batch(
        "省水利厅报送优秀学员2人",
        [("王小明1.docx", form()), ("王小明2.docx", form(学号="1000000009")), ("王小明照片.png", picture(5))],
    )
    BATCHES["files named by 学号"] = lambda: batch(
        "省水利厅报送优秀学员2人", WANG[:1], LI[:1], [("1000000002我的信息.png", picture(8))]
    )
    BATCHES["a form of .doc that names its applicant in its file name"] = lambda: batch(
        "省水利厅报送优秀学员2人", WANG, [("李晓华报名表.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))]
    )
    BATCHES["five announced, two sent"] = lambda: batch("省水利厅报送优秀学员5人", WANG, LI)
    BATCHES["announced, but nothing attached"] = lambda: batch("省水利厅报送优秀学员5人", [])
    BATCHES["a batch with a cloud link"] = lambda: batch(
        "省水利厅报送优秀学员2人", WANG, LI, text="https://mail.qq.com/cgi-bin/ftnExs_download?k=1"
    )


def _by_folders() -> None:
    plain = [(name.replace("王小明", ""), data) for name, data in WANG]
    other = [(name.replace("李晓华", ""), data) for name, data in LI]
    BATCHES["a zip of folders, one an applicant"] = lambda: batch(
        "省水利厅报送优秀学员2人", folders({"王小明": plain, "李晓华": other})
    )
    BATCHES["a zip of numbered folders whose forms name them"] = lambda: batch(
        "省水利厅报送优秀学员2人", folders({"01": plain, "02": other})
    )
    BATCHES["folders by category, then by applicant"] = lambda: batch(
        "报名材料", folders({"优秀学员/王小明": plain, "志愿播音员/张三": [("扫描.png", picture(4))]})
    )
    BATCHES["a folder without a readable form, told by its name"] = lambda: batch(
        "优秀学员2人",
        folders({"1.王小明": plain, "2.李晓华": [("表.doc", b"\xd0\xcf\x11\xe0"), ("照片.png", picture(6))]}),
    )
    BATCHES["a zip for each applicant"] = lambda: batch(
        "省水利厅报送优秀学员2人",
        [
            ("王小明.zip", zipped(dict((str(n), d) for n, d in plain))),
            ("李晓华.zip", zipped(dict((str(n), d) for n, d in other))),
        ],
    )
    BATCHES["a loose file at the root of the zip"] = lambda: batch(
        "省水利厅报送优秀学员2人", folders({"王小明": plain, "李晓华": other, ".": [("汇总.png", picture(2))]})
    )


def _by_lists() -> None:
    rows = [
        ["序号", "姓名", "学号", "填报项目"],
        ["1", "王小明", "1000000001", "优秀学员"],
        ["2", "李晓华", "1000000002", "优秀学员"],
    ]
    BATCHES["a list and the forms"] = lambda: batch("省水利厅报名材料", [("名单.xlsx", workbook(rows))], WANG, LI)
    BATCHES["a list with one whose files did not come"] = lambda: batch(
        "省水利厅报名材料",
        [("名单.xlsx", workbook([*rows, ["3", "张三", "1000000003", "志愿播音员"]]))],
        WANG,
        LI,
    )
    BATCHES["a list alone"] = lambda: batch("省水利厅报送优秀学员", [("名单.xlsx", workbook(rows))])
    BATCHES["a list without categories, told by the subject"] = lambda: batch(
        "省水利厅报送优秀学员2人", [("名单.xlsx", workbook([row[:3] for row in rows]))], WANG, LI
    )
    BATCHES["a list beside one applicant's own mail"] = lambda: batch(
        "王小明+优秀学员", WANG, [("支部名单.xlsx", workbook(rows))]
    )


def _by_mails() -> None:
    first, second = mail(), mail("李晓华+志愿播音员", LI_SPEAKS, message_id="<2@client.example>")
    bare = mail("李晓华+志愿播音员", [("报名表.docx", LI_SPEAKS[0][1]), ("照片.png", picture(7))])

    def forwarded(subject: str, *mails: bytes) -> bytes:
        parts = (attached(one) for one in mails)
        return head(subject, sender=UNIT) + bounded("outer", TEXT, *parts)

    BATCHES["two forwarded mails of two applicants"] = lambda: forwarded("转发报名材料", first, second)
    BATCHES["two forwarded mails, files without names"] = lambda: forwarded(
        "转发", mail(files=[("照片.png", picture(1))]), bare
    )
    BATCHES["two forwarded mails and a cover subject"] = lambda: forwarded("省水利厅报送2人", first, second)
    BATCHES["a forwarded mail beside the officer's own papers"] = lambda: mail(
        "王小明+优秀学员", [*WANG, ("转发.eml", second)], sender=UNIT
    )
    BATCHES["two .eml files in a zip"] = lambda: batch(
        "转发", [("邮件.zip", zipped({"1.eml": first, "2.eml": second}))]
    )


_by_forms()
_by_folders()
_by_lists()
_by_mails()
