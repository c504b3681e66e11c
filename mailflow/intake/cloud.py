"""Cloud attachments (超大附件): links that stand in place of files. The files are not in the mail."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_PAGES = (
    # host (and what is below it), what its download pages have in their path, how it is called
    ("mail.qq.com", ("/cgi-bin/ftn", "/ftn/download", "/s?k="), "QQ 超大附件"),
    ("exmail.qq.com", ("/cgi-bin/ftn", "/ftn/download", "/s?k="), "腾讯企业邮 超大附件"),
    ("mail.foxmail.com", ("/cgi-bin/ftn", "/ftn/download", "/s?k="), "Foxmail 超大附件"),
    ("ftn.qq.com", ("/",), "QQ 文件中转站"),
    ("mail.163.com", ("/large-attachment-download", "/filehub"), "网易 超大附件"),
    ("dashi.163.com", ("/html/cloud-attachment-download",), "网易 云附件"),
    ("mail.163.com", ("/netfolder",), "网易 网盘附件"),
    ("fs.163.com", ("/",), "网易 网盘附件"),
    ("mail.126.com", ("/large-attachment-download", "/filehub"), "网易 超大附件"),
    ("mail.yeah.net", ("/large-attachment-download", "/filehub"), "网易 超大附件"),
    ("qiye.163.com", ("/large-attachment-download", "/cloud-attachment", "attachment-download"), "网易企业邮 超大附件"),
    ("cloud.189.cn", ("/t/", "/web/share", "/mail"), "天翼云"),
    ("189.cn", ("/webmail/down", "largeattach", "/download"), "189 邮箱 超大附件"),
    ("mail.10086.cn", ("largeattach", "/disk", "/drive", "/netdisk"), "139 邮箱 超大附件"),
    ("mail.sina.com.cn", ("/netdisk", "/filecenter"), "新浪 超大附件"),
    ("mail.aliyun.com", ("/bigattachment", "/alimail/openlinks"), "阿里 超大附件"),
    ("pan.baidu.com", ("/s/", "/share/"), "百度网盘"),
    ("drive.weixin.qq.com", ("/s",), "微盘"),
    ("share.weiyun.com", ("/",), "腾讯微云"),
    ("kdocs.cn", ("/l/", "/p/", "/view/l/"), "金山文档"),
    ("docs.qq.com", ("/doc/", "/sheet/", "/pdf/"), "腾讯文档"),
    *((f"lanzou{one}.com", ("/",), "蓝奏云") for one in ("", "s", "i", "x", "w")),
    ("ctfile.com", ("/",), "城通网盘"),
    ("pan.xunlei.com", ("/s/",), "迅雷云盘"),
    ("aliyundrive.com", ("/s/",), "阿里云盘"),
    ("alipan.com", ("/s/",), "阿里云盘"),
    ("123pan.com", ("/s/",), "123 云盘"),
    ("1drv.ms", ("/",), "OneDrive"),
    ("onedrive.live.com", ("/",), "OneDrive"),
    *((f"sharepoint.{one}", ("/:", "/personal/"), "OneDrive") for one in ("com", "cn")),
    ("drive.google.com", ("/file/", "/drive/", "/open", "/uc"), "Google Drive"),
    ("dropbox.com", ("/s/", "/sh/", "/scl/"), "Dropbox"),
    ("icloud.com", ("/attachment", "/iclouddrive", "/photos/"), "iCloud"),
    ("wetransfer.com", ("/downloads/",), "WeTransfer"),
)
_LINK = re.compile(r"https?://([A-Za-z0-9.-]{4,100})(?::\d{1,5})?(/[^\s\"'<>]{0,500})", re.IGNORECASE)
_MOST_LINKS = 20


def cloud_links(*texts: str, elsewhere: Iterable[str] = ()) -> tuple[str, ...]:
    """The download pages named in `texts` (plain or HTML), each once, as "host kind". Nothing is ever fetched.

    `elsewhere` are the places that parts of type message/external-body name instead of their content (RFC 2046 §5.2.3).
    """
    found: dict[str, None] = dict.fromkeys(f"{place} 外部文件" for place in elsewhere)
    for text in texts:
        if "://" not in text:
            continue
        for match in _LINK.finditer(html.unescape(text)):
            kind = _kind(match[1].lower().rstrip("."), match[2].lower())
            if kind is not None:
                found[f"{match[1].lower()} {kind}"] = None
    return tuple(found)[:_MOST_LINKS]


def _kind(host: str, path: str) -> str | None:
    for domain, paths, kind in _PAGES:
        if (host == domain or host.endswith("." + domain)) and any(part in path for part in paths):
            return kind
    return None
