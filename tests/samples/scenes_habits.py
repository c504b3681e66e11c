"""Habits of real people's mail: questions, thanks, half a command, files without names, the old beside the new."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mailflow.testing.mails import raw_multipart, raw_part
from tests.samples.parts import (
    SENDER,
    TEXT,
    UNIT,
    attached,
    bounded,
    by_hand,
    docx,
    docx_of_tables,
    file_part,
    form,
    head,
    mail,
    papers,
    workbook,
    zipped,
)
from tests.samples.parts import picture as small_picture

HABITS: dict[str, Callable[[], bytes]] = {}
ORGANISATION = [
    ["模范学习组织报名表"],
    ["学习组织", "省水利厅机关党委"],
    ["管理员姓名", "王小明"],
    ["联系电话", "0351-5550101"],
    ["党员人数", "46", "学员人数", "48"],
]
RECEIPT = "〔待补充1项〕王小明+优秀学员　回执 SX20-7K4MHQ"
PROGRAM = b"MZ\x90\0\3" + bytes(200)


def picture(seed: int) -> bytes:
    """A picture of a size that no logo has."""
    return small_picture(seed) + bytes(9_000)


def _questions() -> None:
    subjects = (
        "请问优秀学员报名截止到什么时候？",
        "优秀学员怎么报名",
        "优秀学员何时公示",
        "志愿播音员普通话要求",
    )
    for subject in subjects:
        HABITS[f"a question: {subject}"] = partial(mail, subject, [], text="老师您好，想问一下。")
    HABITS["a form under a question"] = partial(mail, "请问优秀学员这样填对吗", papers()[:1])
    HABITS["thanks for a receipt"] = lambda: mail(f"Re: {RECEIPT}", [], text="收到，谢谢！")
    HABITS["thanks below a tag without a number"] = lambda: mail("回复：〔待补充1项〕王小明+优秀学员", [], text="收到")
    HABITS["somebody took a mail back"] = lambda: mail(
        "王小明撤回了邮件《王小明+优秀学员》", [], sender="10000@mail.example"
    )
    HABITS["somebody asks to take a mail back"] = lambda: mail("请问能帮我撤回邮件吗，发错了", [])


def _commands() -> None:
    HABITS["a status command with a mistyped number"] = lambda: mail("查询 SX20-7K4M", [])
    HABITS["a withdrawal with a mistyped number"] = lambda: mail("撤回 SX20-7K4M", [])
    HABITS["a withdrawal without a number"] = lambda: mail("撤回报名", [])


def _subjects() -> None:
    for subject in ("优秀学员第5期 王小明", "1.王小明+优秀学员", "全国第120名 王小明 优秀学员"):
        HABITS[f"the subject {subject}"] = partial(mail, subject)
    HABITS["four announced, two sent"] = lambda: mail(
        "水利厅优秀学员材料（4人）", [*papers(), *papers("李晓华", 学号="1000000002")], sender=UNIT
    )

    HABITS["two categories named, the form of one"] = lambda: mail("王小明优秀学员、志愿审读员")
    HABITS["an officer's name in place of the organisation's"] = lambda: mail(
        "王小明+模范学习组织",
        [("模范学习组织报名表.docx", docx_of_tables([ORGANISATION]))],
        sender=UNIT,
    )


def _files() -> None:
    HABITS["an empty zip"] = lambda: mail(files=[("材料.zip", zipped({}))])
    HABITS["three pictures of one name, of no known use"] = lambda: mail(
        files=[papers()[0], *(("image.png", picture(seed)) for seed in range(3))]
    )
    HABITS["only photographs taken on the way"] = lambda: mail(
        files=[("image0.png", picture(1)), ("image1.png", picture(2))]
    )
    HABITS["the old form beside the new one"] = lambda: mail(
        files=[*papers(), ("优秀学员报名表（旧）.docx", form(总积分="11111"))]
    )
    HABITS["a form in Apple's Pages"] = lambda: mail(
        files=[("优秀学员报名表.pages", zipped({"Index/Document.iwa": b"x", "preview.png": picture(1)})), *papers()[1:]]
    )
    HABITS["a program beside the papers"] = lambda: mail(files=[*papers(), ("优秀学员报名表.docx.exe", PROGRAM)])
    HABITS["a program in a batch"] = lambda: mail(
        "省水利厅报送优秀学员2人",
        [*papers(), *papers("李晓华", 学号="1000000002"), ("报名表查看器.exe", PROGRAM)],
        sender=UNIT,
    )
    HABITS["a script beside the papers"] = lambda: mail(files=[*papers(), ("说明.vbs", b'MsgBox "x"\r\n')])
    HABITS["a filled form with macros"] = lambda: mail(files=[("优秀学员报名表.docm", _with_macros()), *papers()[1:]])


def _with_macros() -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(form())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**parts, "word/vbaProject.bin": b"x"})


def _structure() -> None:
    outlook = "----=_NextPart_000_0001"
    HABITS["a wrong boundary, the lines as Outlook and QQ write them"] = lambda: by_hand(TEXT, file_part()).replace(
        b"--b1", f"--{outlook}".encode()
    )
    letter = head(RECEIPT, "X-Mailflow: receipt", "X-Mailflow-Ref: SX20-7K4MHQ")
    ours = letter + bounded("b2", TEXT, file_part("优秀学员报名表.docx", docx(["优秀学员报名表", "姓名："])))
    HABITS["our own letter attached, with the blank form in it"] = lambda: by_hand(
        TEXT, attached(ours), *(file_part(name, data) for name, data in papers()[1:]), subject="补充材料"
    )
    HABITS["a read receipt for our letter"] = lambda: (
        head("已读: 〔已受理〕王小明+优秀学员", sender=SENDER)
        + raw_multipart(
            raw_part("Content-Type: text/plain", body=b"read"),
            raw_part("Content-Type: message/disposition-notification", body=b"Disposition: manual-action; displayed\n"),
            subtype="report; report-type=disposition-notification",
        )
    )


def _by_hand() -> None:
    HABITS["a name left open before the number of applicants"] = lambda: mail(
        "王某等2人优秀学员", [*papers(), *papers("李晓华", 学号="1000000002")], sender=UNIT
    )
    HABITS["a form with a sex behind the name, a label in a value and a short date"] = lambda: mail(
        files=papers(姓名="王小明（男）", 学号="学号1000000001", 截图时间="8.19")
    )
    HABITS["a promise below the form is no unit"] = lambda: mail(
        files=papers(备注="以上内容属实。本人姓名：王小明，如有虚假愿承担责任")
    )
    rows = [
        ["姓名", "学号", "填报项目"],
        ["水小明", "1000000001", "优秀学员"],
        ["王晓华", "1000000002", "优秀学员"],
        ["合计", "2", ""],
    ]
    HABITS["a list with a rare surname"] = lambda: mail(
        "省水利厅报送优秀学员2人",
        [("汇总.xlsx", workbook(rows)), *papers("水小明"), *papers("王晓华", 学号="1000000002")],
        sender=UNIT,
    )
    HABITS["a status command with thanks"] = lambda: mail("查询 SX20-7K4MHQ 谢谢！", [])


_questions()
_commands()
_subjects()
_files()
_structure()
_by_hand()
