"""Wrappings: mails in mails, mails quoted in texts, archives and what other programs wrap mail in."""

from __future__ import annotations

from base64 import b64encode, encodebytes
from collections.abc import Callable

from mailflow.testing.mails import raw_multipart, raw_part
from tests.samples.parts import (
    SENDER,
    TEXT,
    UNIT,
    attached,
    bounded,
    by_hand,
    file_part,
    form,
    head,
    locked,
    mail,
    papers,
    picture,
    zipped,
)

WRAPPINGS: dict[str, Callable[[], bytes]] = {}
INNER = mail(message_id="<inner@client.example>")
EML = ("王小明+优秀学员.eml", INNER)


def forward(*parts: bytes, subject: str = "Fw: 报名材料") -> bytes:
    """A mail of the unit's officer with these parts."""
    return head(subject, sender=UNIT) + bounded("outer", TEXT, *parts)


def quoting(*lines: str, subject: str = "Fw: 报名材料", files: bool = True) -> bytes:
    """A mail of the unit's officer with these lines in its text."""
    return mail(subject, papers() if files else [], sender=UNIT, text="\n".join(lines))


def _mails() -> None:
    WRAPPINGS["forwarded as attachment"] = lambda: forward(attached(INNER))
    WRAPPINGS["forwarded as attachment, in base64 against the rule"] = lambda: forward(
        attached(encodebytes(INNER), "Content-Transfer-Encoding: base64")
    )
    WRAPPINGS["forwarded as an .eml file"] = lambda: mail("转发", [EML], sender=UNIT)
    WRAPPINGS["forwarded twice"] = lambda: forward(
        attached(head("转发：报名", sender=SENDER) + bounded("middle", attached(INNER)))
    )
    WRAPPINGS["forwarded five times: too deep"] = lambda: _wrapped(5)
    WRAPPINGS["the forwarder's subject says it all, the inner one nothing"] = lambda: forward(
        attached(mail("我的材料", message_id="<inner@client.example>")), subject="王小明+优秀学员"
    )
    WRAPPINGS["both subjects say the same"] = lambda: forward(attached(INNER), subject="Fw: 王小明+优秀学员")
    WRAPPINGS["the outer subject names the unit's officer, the inner one the applicant"] = lambda: forward(
        attached(mail("李晓华+志愿播音员", papers("李晓华", "志愿播音员"))), subject="王小明+优秀学员"
    )
    WRAPPINGS["a forwarded mail without a subject, but with its form"] = lambda: forward(attached(mail("")))
    WRAPPINGS["a forwarded mail with nothing in it"] = lambda: forward(attached(mail("材料", [])))
    WRAPPINGS["a forwarded mail in GBK with a raw subject"] = lambda: forward(
        attached(head("####").replace(b"####", "王小明+优秀学员".encode("gbk")) + raw_multipart(file_part()))
    )
    WRAPPINGS["an .eml in a zip"] = lambda: mail("报名材料", [("邮件.zip", zipped({EML[0]: INNER}))], sender=UNIT)
    WRAPPINGS["a digest of two mails of one applicant"] = lambda: forward(
        bounded("digest", attached(INNER), attached(mail(files=[("补充照片.png", picture(9))])), subtype="digest")
    )


def _wrapped(times: int) -> bytes:
    raw = INNER
    for level in range(times):
        raw = head("转发", sender=UNIT) + bounded(f"level{level}", attached(raw))
    return raw


def _texts() -> None:
    WRAPPINGS["forwarded in the text by QQ"] = lambda: quoting(
        "------------------ 原始邮件 ------------------",
        '发件人: "王小明" <wang@qq.example>;',
        "发送时间: 2020年8月24日(星期一) 上午9:12",
        '收件人: "通讯站"<slt@unit.example>;',
        "",
        "主题: 王小明+优秀学员",
    )
    WRAPPINGS["forwarded in the text by 163"] = lambda: quoting(
        "-------- 转发邮件信息 --------", "发件人：王小明 <wang@163.example>", "发送日期：2020-08-24 09:12:00",
        "收件人：slt@unit.example", "主题：王小明+优秀学员",
    )  # fmt: skip
    WRAPPINGS["forwarded in the text by Foxmail"] = lambda: quoting(
        "发件人： 王小明", "发送时间： 2020-08-24 09:12", "收件人： slt", "主题： 王小明+优秀学员"
    )
    WRAPPINGS["forwarded in the text by Outlook"] = lambda: quoting(
        "________________________________", "发件人: 王小明 <wang@outlook.example>", "发送时间: 2020年8月24日 9:12",
        "收件人: 通讯站 <slt@unit.example>", "主题: 王小明+优秀学员",
    )  # fmt: skip
    WRAPPINGS["forwarded in the text by Gmail"] = lambda: quoting(
        "---------- Forwarded message ---------", "From: W <wang@gmail.example>", "Date: Mon, Aug 24, 2020",
        "Subject: 王小明+优秀学员", "To: <slt@unit.example>",
    )  # fmt: skip
    WRAPPINGS["forwarded in the text as HTML only"] = lambda: mail(
        "转发", papers(), sender=UNIT, text="",
        html="<div><b>发件人：</b>王小明</div><div><b>主题：</b>王小明+优秀学员</div>",
    )  # fmt: skip
    WRAPPINGS["a quoted mail below a subject that says something else"] = lambda: quoting(
        "发件人：李晓华", "主题：李晓华+志愿播音员", subject="王小明+优秀学员"
    )
    WRAPPINGS["two quoted mails of two applicants, files named"] = lambda: quoting(
        "发件人：王小明", "主题：王小明+优秀学员", "见附件", "再见", "发件人：李晓华", "主题：李晓华+志愿播音员"
    )
    WRAPPINGS["two quoted mails of two applicants, files not named"] = lambda: mail(
        "转发", [("扫描.png", picture(3))], sender=UNIT,
        text="发件人：王小明\n主题：王小明+优秀学员\n\n见附件\n再见\n发件人：李晓华\n主题：李晓华+志愿播音员",
    )  # fmt: skip
    WRAPPINGS["a quoted mail without files"] = lambda: quoting("发件人：王小明", "主题：王小明+优秀学员", files=False)


def _archives() -> None:
    inside = {name: content for name, content in papers()}
    WRAPPINGS["a zip with all"] = lambda: mail(files=[("王小明.zip", zipped(inside))])
    WRAPPINGS["a zip in a zip"] = lambda: mail(files=[("材料.zip", zipped({"王小明.zip": zipped(inside)}))])
    WRAPPINGS["a zip in a zip in a zip"] = lambda: mail(
        files=[("材料.zip", zipped({"1.zip": zipped({"2.zip": zipped(inside)})}))]
    )
    WRAPPINGS["a locked zip"] = lambda: mail(files=[("材料.zip", locked(zipped(inside)))])
    WRAPPINGS["a damaged zip"] = lambda: mail(files=[("材料.zip", zipped(inside)[:-40])])
    WRAPPINGS["a zip with too many files"] = lambda: mail(
        files=[("材料.zip", zipped({f"{number}.txt": b"" for number in range(300)}))]
    )
    WRAPPINGS["a zip bomb"] = lambda: mail(files=[("材料.zip", zipped({"a.png": bytes(8 * 1024 * 1024)}))])
    WRAPPINGS["what macOS leaves in a zip"] = lambda: mail(
        files=[("材料.zip", zipped({**inside, "__MACOSX/._王小明.docx": b"x", ".DS_Store": b"x"}))]
    )
    WRAPPINGS["a tar.gz, which nobody opens"] = lambda: mail(files=[("材料.tar.gz", b"\x1f\x8b\x08" + bytes(40))])
    WRAPPINGS["a .msg without anything a reader knows"] = lambda: by_hand(
        TEXT, file_part(), raw_part('Content-Type: application/vnd.ms-outlook; name="转发.msg"', body=b"not a mail")
    )
    WRAPPINGS["a form called .zip"] = lambda: mail(files=[("报名表.zip", form()), *papers()[1:]])
    WRAPPINGS["a file that is only called .eml"] = lambda: by_hand(
        TEXT, file_part(), raw_part('Content-Type: message/rfc822; name="a.eml"', body=b64encode(b"no mail"))
    )


_mails()
_texts()
_archives()
