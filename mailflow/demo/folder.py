"""What the demonstration leaves to look at: every mail, letter and filed entry as a file that a person can open."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from pathlib import Path

from mailflow.demo.ledger import Outcome
from mailflow.steps.world import World
from mailflow.store.cabinet import safe_name
from mailflow.testing.smtp_server import Received

SHELVES = {
    "receipt": "receipts",
    "report": "reports",
    "reminder": "reminders",
    "digest": "digests",
    "alarm": "alarms",
}


def lay_out(out: Path, world: World, scenes: Sequence[Outcome], left: Sequence[Received]) -> Path:
    """Fills `out` and gives the page to begin with."""
    rows: list[str] = []
    for number, outcome in enumerate(scenes, start=1):
        path = out / "mails" / f"{number:02d} {safe_name(outcome.subject or 'no subject')}.eml"
        _write(path, outcome.scene.raw)
        rows.append(_row(out, number, path, outcome))
    letters = [_letter(out, number, letter) for number, letter in enumerate(left, start=1)]
    filed = out / "filed"
    shutil.copytree(world.cabinet.root, filed, dirs_exist_ok=True)
    page = out / "index.html"
    _write(page, _page(rows, letters, sorted(filed.glob("*/*")), out).encode("utf-8"))
    return page


def _letter(out: Path, number: int, received: Received) -> str:
    """Writes a letter with its files and gives its line for the page."""
    message = message_from_bytes(received.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    subject = str(message["Subject"])
    shelf = SHELVES.get(str(message["X-Mailflow"]), "other")
    folder = out / shelf / safe_name(f"{number:03d} {subject}")
    _write(folder / "letter.eml", received.raw)
    links = [_link(out, folder / "letter.eml")]
    for kind in ("html", "plain"):
        body = message.get_body((kind,))
        if body is not None:
            path = folder / ("letter.html" if kind == "html" else "letter.txt")
            _write(path, str(body.get_content()).encode("utf-8"))
            links.append(_link(out, path))
    for part in message.iter_attachments():
        path = folder / safe_name(part.get_filename() or "file")
        _write(path, part.get_payload(decode=True))  # type: ignore[arg-type]
        links.append(_link(out, path))
    cells = (_day(message), shelf, received.recipient, subject)
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + f"<td>{' · '.join(links)}</td></tr>"


def _day(message: EmailMessage) -> str:
    sent: datetime = message["Date"].datetime
    return f"{sent:%m-%d %H:%M}"


def _row(out: Path, number: int, path: Path, outcome: Outcome) -> str:
    became = " ".join((outcome.state, *outcome.refs, *outcome.statuses))
    cells = (f"{number}", f"{outcome.scene.arrives:%m-%d %H:%M}", outcome.sender)
    rest = (outcome.scene.shows, became, outcome.receipt)
    subject = f"<td>{_link(out, path, outcome.subject or '(no subject)')}</td>"
    return f"<tr>{_cells(cells)}{subject}{_cells(rest)}</tr>"


def _cells(texts: Sequence[str]) -> str:
    return "".join(f"<td>{escape(text)}</td>" for text in texts)


def _link(out: Path, path: Path, text: str = "") -> str:
    from urllib.parse import quote

    return f'<a href="{quote(str(path.relative_to(out)))}">{escape(text or path.name)}</a>'


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


STYLE = (
    "body{font:15px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;margin:2em auto;max-width:1100px;"
    "padding:0 1em;color:#222}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ddd;"
    "padding:4px 8px;text-align:left;vertical-align:top}th{background:#f5f5f2}h2{margin-top:2em}"
)


def _page(mails: Sequence[str], letters: Sequence[str], filed: Sequence[Path], out: Path) -> str:
    entries = "".join(f"<li>{_link(out, one, f'{one.parent.name} / {one.name}')}</li>" for one in filed)
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>mailflow demo</title><style>{STYLE}</style><h1>mailflow demo</h1>"
        "<p>Three weeks of a made-up campaign: what came in, what left, and what was filed.</p>"
        "<h2>Mails that came in</h2><table><tr><th>#<th>arrived<th>sender<th>subject<th>shows<th>became<th>receipt</tr>"
        f"{''.join(mails)}</table>"
        "<h2>Letters that left</h2><table><tr><th>sent<th>kind<th>to<th>subject<th>open</tr>"
        f"{''.join(letters)}</table>"
        f"<h2>Filed entries</h2><ul>{entries}</ul></html>\n"
    )
