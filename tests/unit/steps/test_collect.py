"""collect: one folder that the server refuses keeps no other's mail from coming in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from mailflow.errors import PermanentError
from mailflow.steps.collect import POLL_DONE, collect
from mailflow.testing.mails import build_mail
from mailflow.testing.office import Office
from mailflow.wire.imap import Fetched, Found, ImapAccount

JUNK = "垃圾邮件"


@dataclass
class Folders:
    """Stands for a mailbox: one mail in each folder, and folders that it does not have."""

    office: Office
    missing: Sequence[str]

    def find_new(self, folder: str, seen: Callable[[int], set[int]]) -> tuple[int, list[Found]]:
        if folder in self.missing:
            raise PermanentError(f"{folder}: no such folder")
        return 1, [] if 1 in seen(1) else [Found(folder, 1, 1, 100, self.office.clock.now())]

    def fetch(self, found: Iterable[Found]) -> Iterator[Fetched]:
        for one in found:
            yield Fetched(one, build_mail(sender="a@mail.example", subject=f"咨询 {one.folder}"))


def account(*folders: str) -> ImapAccount:
    return ImapAccount("imap.example", 993, "tls", "box", "x", folders=folders)


@pytest.mark.parametrize("order", [("INBOX", JUNK), (JUNK, "INBOX")])
def test_a_folder_that_is_missing_is_told_and_the_others_are_read(office: Office, order: tuple[str, str]) -> None:
    mailbox = Folders(office, [JUNK])
    for _ in range(2):
        with pytest.raises(PermanentError, match=JUNK):
            collect(office.world, mailbox, account(*order))  # type: ignore[arg-type]
    assert len(office.ask(lambda books: books.messages.all())) == 1
    assert office.ask(lambda books: books.fact(POLL_DONE)) is None
    mailbox.missing = ()
    assert collect(office.world, mailbox, account(*order)) == 1  # type: ignore[arg-type]
    assert office.ask(lambda books: books.fact(POLL_DONE)) is not None
