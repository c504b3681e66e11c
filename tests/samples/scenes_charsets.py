"""Charsets: what the header says, what the bytes are, and what clients do to both."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import partial

from mailflow.testing.mails import raw_multipart, raw_part
from tests.samples.parts import TEXT, by_hand, file_part, form, head, mail, papers, picture, zipped_with_names

CHARSETS: dict[str, Callable[[], bytes]] = {}


def word(text: bytes, label: str, encoding: str = "B") -> str:
    """One encoded word of these bytes."""
    body = b64encode(text).decode() if encoding == "B" else "".join(f"={byte:02X}" for byte in text)
    return f"=?{label}?{encoding}?{body}?="


def with_subject(subject: bytes, *parts: bytes) -> bytes:
    """A mail by hand whose subject line is these bytes."""
    return head("@@").replace(b"@@", subject) + raw_multipart(*(parts or (TEXT, file_part())))


def _words() -> None:
    rule = "王小明+优秀学员"
    for label in ("utf-8", "gb2312", "gbk", "gb18030", "x-gbk", "euc-cn", "cp936"):
        codec = "utf-8" if label == "utf-8" else "gb18030"
        CHARSETS[f"subject in {label}"] = partial(with_subject, word(rule.encode(codec), label).encode())
    for name in ("朱镕基", "李喆", "赵堃", "𠮷野明"):
        CHARSETS[f"the name {name} under the label gb2312"] = partial(
            mail, f"{name}+优秀学员", papers(name), charset="gb18030", label_charset="gb2312"
        )
    CHARSETS["Q encoding"] = lambda: with_subject(word(rule.encode("gbk"), "gb2312", "Q").encode())
    cut = rule.encode()
    CHARSETS["a character cut in two by encoded words"] = lambda: with_subject(
        f"{word(cut[:4], 'utf-8')}\n {word(cut[4:], 'utf-8')}".encode()
    )
    CHARSETS["blanks inside an encoded word"] = lambda: with_subject(
        word(rule.encode(), "utf-8").replace("?B?", "?B? ").encode()
    )
    CHARSETS["encoded words without a blank between them"] = lambda: with_subject(
        (word("王小明".encode(), "utf-8") + word("+优秀学员".encode(), "utf-8")).encode()
    )
    CHARSETS["an encoded word inside quotes"] = lambda: with_subject(f'"{word(rule.encode(), "utf-8")}"'.encode())
    CHARSETS["base64 of a word cut between words"] = lambda: with_subject(
        b"=?utf-8?B?" + b64encode(cut)[:10] + b"?= =?utf-8?B?" + b64encode(cut)[10:] + b"?="
    )
    CHARSETS["a raw GBK subject"] = lambda: with_subject(rule.encode("gbk"))
    CHARSETS["a raw UTF-8 subject"] = lambda: with_subject(rule.encode())
    CHARSETS["a raw subject that is valid in GBK and UTF-8 (毛茅)"] = lambda: with_subject(
        "毛茅+优秀学员".encode("gbk")
    )
    CHARSETS["a subject in Big5"] = lambda: with_subject(word("王小明+優秀學員".encode("big5"), "big5").encode())
    CHARSETS["UTF-8 called gb2312"] = lambda: with_subject(word(rule.encode(), "gb2312").encode())
    CHARSETS["GBK called UTF-8"] = lambda: with_subject(word(rule.encode("gbk"), "utf-8").encode())
    CHARSETS["GBK called iso-8859-1"] = lambda: with_subject(word(rule.encode("gbk"), "iso-8859-1").encode())
    CHARSETS["an unknown charset"] = lambda: with_subject(word(rule.encode(), "x-nothing").encode())
    CHARSETS["a name with U+FFFD"] = lambda: mail("王\ufffd明+优秀学员")
    CHARSETS["a name with a private-use character"] = lambda: mail("王\ue000明+优秀学员")
    CHARSETS["a name with a bidi mark"] = lambda: mail("王\u202e小明+优秀学员")
    CHARSETS["a subject that ends within a character"] = lambda: with_subject(rule.encode()[:-1])
    CHARSETS["UTF-7 in the subject"] = lambda: with_subject(b"=?utf-7?Q?+AGkAbQBn-?=")


def _names_and_bodies() -> None:
    for style, what in (
        ("rfc2231", "RFC 2231"),
        ("rfc2047-quoted", "encoded words in quotes, as QQ writes them"),
        ("raw", "raw 8-bit"),
    ):
        for charset, label in (("utf-8", "utf-8"), ("gb18030", "gb2312")):
            CHARSETS[f"file names in {what}, {label}"] = partial(
                mail, charset=charset, label_charset=label, filename_style=style
            )
    continued = (
        "Content-Disposition: attachment;\n filename*0*=gb2312''%CD%F5%D0%A1%C3%F7;\n filename*1*=%B1%A8%C3%FB%B1%ED;\n"
        " filename*2=.docx"
    )
    CHARSETS["a file name in RFC 2231 pieces of gb2312"] = lambda: by_hand(
        TEXT,
        raw_part(
            "Content-Type: application/octet-stream",
            continued,
            "Content-Transfer-Encoding: base64",
            body=b64encode(form()),
        ),
    )
    CHARSETS["a body in GBK without a charset"] = lambda: by_hand(
        raw_part("Content-Type: text/plain", body="王小明的材料，请查收。".encode("gbk")), file_part()
    )
    CHARSETS["a body with a bogus charset"] = lambda: by_hand(
        raw_part("Content-Type: text/plain; charset=DEFAULT", body="请查收。".encode()), file_part()
    )
    CHARSETS["HTML with its charset in a meta tag"] = lambda: by_hand(
        raw_part("Content-Type: text/html", body='<meta charset="gb2312"><p>朱镕基的材料</p>'.encode("gbk")),
        file_part(),
    )
    CHARSETS["a body in UTF-7 is not decoded into markup"] = lambda: by_hand(
        raw_part("Content-Type: text/html; charset=utf-7", body=b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
        file_part(),
    )
    for codec, what in (("gbk", "GBK"), ("utf-8", "UTF-8 without its flag")):
        CHARSETS[f"a zip with names in {what}"] = partial(
            mail,
            files=[("材料.zip", zipped_with_names({name.encode(codec): data for name, data in papers()}))],
        )
    CHARSETS["a zip with names in GBK and UTF-8"] = lambda: mail(
        files=[
            (
                "材料.zip",
                zipped_with_names(
                    {"王小明报名表.docx".encode("gbk"): form(), "王小明我的信息.png".encode(): picture(1)}
                ),
            )
        ]
    )


_words()
_names_and_bodies()
