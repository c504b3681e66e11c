"""Ways of offices: copies that differ, exports beside originals, papers that came another way."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mailflow.campaign.load import load_campaign
from mailflow.testing.text_pdf import as_pdf
from tests.samples.parts import TEXT, UNIT, File, docx_of_tables, form, head, mail, papers, picture, workbook, zipped

OFFICE: dict[str, Callable[[], bytes]] = {}

PERSON = {
    "name": "王小明",
    "study_id": "1000000001",
    "organisation": "省水利厅机关党委",
    "captured_on": "2020年8月20日",
    "total_points": "28345",
    "annual_points": "10234",
    "mobile": "13800000000",
}

_campaign = lru_cache(maxsize=1)(lambda: load_campaign("shanxi-2020"))


def stamped_pdf(category: str = "outstanding-learner", **changes: str) -> bytes:
    """The form as a PDF with text, as an office suite exports it and an electronic seal leaves it."""
    return as_pdf(_campaign(), category, {**PERSON, **changes})


def _copies() -> None:
    form, _, *pictures = papers()
    OFFICE["a stamped PDF with text that says what the form says"] = lambda: mail(
        files=[form, ("报名表盖章.pdf", stamped_pdf()), *pictures]
    )
    OFFICE["a stamped PDF with text that says other points than the form"] = lambda: mail(
        files=[form, ("报名表盖章.pdf", stamped_pdf(total_points="28346")), *pictures]
    )


def _folders() -> None:
    names = {"王小明": "1000000001", "阙晓华": "1000000002", "笪三": "1000000003"}
    tree = {f"01报名表/{name}.docx": form(name, 学号=number) for name, number in names.items()}
    for folder, seed in (("02盖章扫描件", 80), ("03我的信息截图", 90), ("04生活照", 100)):
        tree |= {f"{folder}/{name}.png": picture(seed + at) for at, name in enumerate(names)}
    OFFICE["a zip with a folder for each kind of paper, the files called by persons"] = lambda: mail(
        "关于报送优秀学员（共3人）的函", [("材料.zip", zipped(tree))], sender=UNIT
    )
    OFFICE["a zip with the lock file that Word leaves"] = lambda: mail(
        files=[("材料.zip", zipped({**dict(papers()), "~$小明优秀学员报名表.docx": b"\x07lock"}))]
    )


def _lists() -> None:
    rows = [["序号", "姓名", "填报项目", "联系电话"], ["1", "折小明", "优秀学员", "13800000000"]]
    rows += [["2", "阙晓华", "优秀学员", "13800000001"], ["", "", "填表人：李", "13800000009"]]

    def renamed(name: str, **changes: str) -> list[File]:
        forms, scan, page, photo = papers(name, **changes)
        return [forms, scan, (f"{name}截图.png", page[1]), photo]

    OFFICE["a list with a rare surname, screenshots that are called no more, and a scan of nobody"] = lambda: mail(
        "地勘院优秀学员报名（2人）",
        [
            ("汇总表.xlsx", workbook(rows)),
            *renamed("折小明"),
            *renamed("阙晓华", 学号="1000000002", 手机号码="13800000001"),
            ("扫描0007.png", picture(110)),
        ],
        sender=UNIT,
    )


def _subjects() -> None:
    link = '<a href="https://1drv.ms/b/s!Ao">材料.zip</a>'
    OFFICE["a rare surname in brackets, all papers on OneDrive"] = lambda: mail(
        "志愿播音员（阙宝珠）", [], html=f"<p>材料见链接</p>{link}"
    )
    OFFICE["a rare surname in corner brackets"] = lambda: mail("【邰建业】学员标兵", papers("邰建业", "学员标兵"))
    OFFICE["for a father, who is no unit"] = lambda: mail("代父亲报名：王小明+优秀学员", sender_name="王小花")
    OFFICE["a mailing list's tag, which is no unit"] = lambda: mail("[省直团青] 王小明+优秀学员")
    OFFICE["a question about one category"] = lambda: mail("请问志愿播音员有年龄限制吗？", [])


def _people() -> None:
    forms, _, page, _ = papers(category="志愿审读员", 学习组织="无（未加入学习组织）", 工作单位="退休")
    OFFICE["no unit, said with a note behind it"] = lambda: mail("志愿审读员 王小明", [forms, page])
    OFFICE["a screenshot called as a phone calls it"] = lambda: mail(
        "王小明+志愿审读员",
        [*papers(category="志愿审读员")[:2], ("Screenshot_20200818_093010_cn.xuexi.android.png", page[1])],
    )
    OFFICE["thanks under a subject of its own, our receipt quoted below"] = lambda: (
        head("收到，谢谢老师")
        + TEXT
        + (
            "谢谢！\n\n------------------ 原始邮件 ------------------\n"
            '发件人: "学习之星报名" <bm@unit.example>;\n主题: 〔已受理〕王小明+志愿审读员　回执 SX20-7K4M2Q\n'
        ).encode()
    )
    tag = "<script src=//evil.example/x.js></script>"
    OFFICE["markup where the name should be"] = lambda: mail(f"{tag}+优秀学员", [("报名表.docx", form("&lt;svg&gt;"))])


def _units() -> None:
    OFFICE["a unit where the name should be, the name on the form"] = lambda: mail(
        "中共省文物局机关委员会+优秀学员", papers("邸文博"), sender=UNIT
    )
    OFFICE["a unit that has sent nothing, its name in front"] = lambda: mail("省地勘局：本次无报送", [], sender=UNIT)
    rows = [
        ["模范学习组织报名表"],
        ["学习组织", "省水利厅机关党委", "管理员姓名", "王小明"],
        ["联系电话", "0351-5550101", "党员人数", "46"],
    ]
    OFFICE["evidence that is a photograph, of an organisation"] = lambda: mail(
        "省水利厅机关党委+模范学习组织",
        [("模范学习组织报名表.docx", docx_of_tables([rows])), ("印证资料-活动照片.png", picture(120))],
        sender=UNIT,
    )


def _namesakes() -> None:
    def of(office: str, seed: int, **changes: str) -> list[File]:
        return [
            (f"王小明（{office}）报名表.docx", form(**changes)),
            (f"王小明（{office}）盖章扫描件.png", picture(seed)),
            (f"王小明（{office}）我的信息.png", picture(seed + 1)),
            (f"王小明（{office}）生活照.png", picture(seed + 2)),
        ]

    OFFICE["two of one name, told apart by their offices"] = lambda: mail(
        "省水利厅报送优秀学员2人",
        [*of("办公室", 130), *of("人事处", 140, 学号="1000000002", 手机号码="13800000001", 总积分="29000")],
        sender=UNIT,
    )


def _recalls() -> None:
    OFFICE["Outlook's recall notice"] = lambda: mail(
        "撤回: 王小明+优秀学员", [], text="王小明 将撤回邮件“王小明+优秀学员”。"
    )
    OFFICE["a withdrawal without a number"] = lambda: mail("撤回：王小明+优秀学员", [])


def _names() -> None:
    OFFICE["a blank inside a compound surname's name"] = lambda: mail("欧阳 靖 + 优秀学员", papers("欧阳靖"))
    OFFICE["a calling before the name"] = lambda: mail("退休教师王小明+优秀学员")
    OFFICE["a word where a rank that nobody asks for should be"] = lambda: mail(files=papers(全国排名="未显示"))


_copies()
_folders()
_lists()
_subjects()
_people()
_units()
_recalls()
_names()
_namesakes()
