"""Cloud attachments, etiquette, identity, and what hostile senders try."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from mailflow.testing.mails import raw_multipart, raw_part
from tests.samples.parts import SENDER, UNIT, docx, form, head, mail, papers, picture, zipped

CLOUD: dict[str, Callable[[], bytes]] = {}
ETIQUETTE: dict[str, Callable[[], bytes]] = {}
IDENTITY: dict[str, Callable[[], bytes]] = {}
HOSTILE: dict[str, Callable[[], bytes]] = {}
REPORT = "multipart/report; report-type=delivery-status"


def _cloud() -> None:
    links = {
        "QQ": "https://mail.qq.com/cgi-bin/ftnExs_download?k=1&t=exs_ftn_download",
        "QQ on the phone": "https://wx.mail.qq.com/ftn/download?func=3",
        "exmail": "https://exmail.qq.com/cgi-bin/ftnExs_download?k=1",
        "163": "https://mail.163.com/large-attachment-download/index.html?p=1",
        "NetEase's cloud": "https://dashi.163.com/html/cloud-attachment-download/?key=1",
        "189": "https://cloud.189.cn/t/abc",
    }
    for name, link in links.items():
        CLOUD[f"only a link of {name}"] = partial(mail, files=[], html=f'<a href="{link}">材料.zip</a>', text="")
    CLOUD["a link beside complete papers"] = lambda: mail(text=f"原图：{links['QQ']}")
    CLOUD["a link without a subject"] = lambda: mail("报名", [], text=links["163"])
    CLOUD["an ordinary link"] = lambda: mail(text="见 https://www.example.cn/a.html")


def _etiquette() -> None:
    headers = {
        "Auto-Submitted: auto-replied": ("Auto-Submitted", "auto-replied"),
        "Auto-Submitted: no": ("Auto-Submitted", "no"),
        "a null return path": ("Return-Path", "<>"),
        "a mailing list": ("List-Id", "<news.example.cn>"),
        "Precedence: bulk": ("Precedence", "bulk"),
        "X-Autoreply": ("X-Autoreply", "yes"),
        "X-Auto-Response-Suppress, which Outlook puts on people's mail": ("X-Auto-Response-Suppress", "All"),
        "our own loop header": ("X-Mailflow", "receipt"),
    }
    for what, header in headers.items():
        ETIQUETTE[f"papers with {what}"] = partial(mail, headers=[header])
        ETIQUETTE[f"a text with {what}"] = partial(mail, "您好", [], headers=[header])
    for subject in ("自动回复: 报名回执", "Automatic reply: receipt", "系统退信", "发信方已撤回邮件：王小明+优秀学员"):
        ETIQUETTE[f"the subject {subject}"] = partial(mail, subject, [])
    for sender in ("mailer-daemon@example.cn", "no-reply@example.cn"):
        ETIQUETTE[f"papers from {sender}"] = partial(mail, sender=sender)
    ETIQUETTE["a delivery report with our letter"] = lambda: (
        head("Undelivered Mail Returned to Sender", sender="mailer-daemon@example.cn")
        + raw_multipart(
            raw_part("Content-Type: text/plain", body=b"failed"),
            raw_part("Content-Type: message/rfc822", body=head("〔已受理〕王小明+优秀学员") + b"\nx"),
            subtype="report; report-type=delivery-status",
        )
    )


def _identity() -> None:
    IDENTITY["a unit in front of the name"] = lambda: mail("省水利厅王小明+优秀学员", sender=UNIT)
    IDENTITY["a name in From that is not the applicant's"] = lambda: mail(sender=UNIT, sender_name="水利厅通讯站")
    IDENTITY["an address with unquoted marks in its name"] = lambda: (
        head(sender="wang@example.cn <li@example.cn>") + raw_multipart(raw_part("Content-Type: text/plain", body=b"x"))
    )
    IDENTITY["a reply whose receipt number nobody knows"] = lambda: mail(
        "Re: 〔待补充1项〕 回执 SX20-7K4MHQ", papers()[3:]
    )
    IDENTITY["the form names another"] = lambda: mail(files=[("报名表.docx", form("李晓华")), *papers()[1:]])
    IDENTITY["the form is another category's"] = lambda: mail(
        files=[("报名表.docx", form("王小明", "志愿播音员")), *papers()[1:]]
    )
    IDENTITY["undecided between two categories"] = lambda: mail("王小明+学员标兵/优秀学员", papers()[1:])
    IDENTITY["a category of no campaign"] = lambda: mail("王小明+优秀青年", papers()[1:])
    IDENTITY["a name without a category"] = lambda: mail("王小明", papers()[1:])
    IDENTITY["a category without a name"] = lambda: mail("优秀学员报名", [("照片.png", picture())])
    IDENTITY["no unit, no stamp"] = lambda: mail(files=[("报名表.docx", form(学习组织="无")), *papers()[2:]])
    IDENTITY["points below the line"] = lambda: mail(files=papers(总积分="2.4万", 年度积分="９８００"))


def _hostile() -> None:
    HOSTILE["a line end in an encoded subject"] = lambda: mail("王小明+优秀学员\r\nBcc: victim@example.cn")
    HOSTILE["HTML in the name"] = lambda: mail("<script>alert(1)</script>+优秀学员", [])
    HOSTILE["an encoded word within a name"] = lambda: mail("王小明=?utf-8?B?Cg==?=+优秀学员")
    HOSTILE["a template in the subject"] = lambda: mail("{{ 7*7 }}+优秀学员", [])
    names = (
        "../../etc/passwd.docx",
        "C:\\Windows\\报名表.docx",
        "报名表\u202excod.exe",
        "con.docx",
        "a" * 300 + ".docx",
    )
    for name in names:
        HOSTILE[f"a file called {name[:30]!a}"] = partial(mail, files=[(name, form()), *papers()[1:]])
    HOSTILE["a program called a form"] = lambda: mail(files=[("报名表.docx", b"MZ" + bytes(200)), *papers()[1:]])
    HOSTILE["a docx with macros"] = lambda: mail(
        files=[
            (
                "报名表.docm",
                zipped({"[Content_Types].xml": b"", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}),
            )
        ]
    )
    HOSTILE["paths in a zip"] = lambda: mail(files=[("a.zip", zipped({"../../王小明报名表.docx": form()}))])
    HOSTILE["XML entities in a form"] = lambda: mail(
        files=[
            (
                "报名表.docx",
                zipped({
                    "[Content_Types].xml": b"<Types/>",
                    "word/document.xml": b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;&b;</a>',
                }),
            )
        ]
    )  # fmt: skip
    HOSTILE["a formula in a name"] = lambda: mail(files=[("报名表.docx", form("=HYPERLINK(1)")), *papers()[1:]])
    HOSTILE["a form with a thousand lines"] = lambda: mail(
        files=[("报名表.docx", docx(["优秀学员报名表", "姓名：王小明", *["总积分：1"] * 1_000]))]
    )
    HOSTILE["a sender with a quoted local part"] = lambda: mail(sender='"a b"@example.cn')
    HOSTILE["the sender's address in Chinese"] = lambda: mail(sender="王小明@例子.example")
    HOSTILE["our own address as sender's name"] = lambda: mail(sender=SENDER, sender_name="bm@unit.example")


_cloud()
_etiquette()
_identity()
_hostile()
