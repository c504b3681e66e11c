"""An answer to a letter of ours finds its entry by References, header or number: for its own sender, nobody else."""

from __future__ import annotations

from itertools import pairwise

from mailflow.intake.subject import REF_ALPHABET
from mailflow.model.entry import KnownEntry
from mailflow.model.facts import Role
from mailflow.model.letter import LetterKind
from mailflow.testing.mails import build_mail, raw_multipart, raw_part
from mailflow.testing.office import Office
from mailflow.testing.pictures import photo

OWNER, OTHER = "a@mail.example", "b@mail.example"
PHOTO = ("生活照.jpg", photo())


def ref_of_first(office: Office) -> str:
    """The receipt number of an entry that lacks everything."""
    office.mail(OWNER, "王小明+优秀学员")
    office.tick(at_once=True)
    ((ref, _),) = versions(office)
    return ref


def versions(office: Office) -> list[tuple[str, int]]:
    return [(one.ref, one.version) for one in office.ask(lambda books: books.entries.all("shanxi-2020"))]


def held(office: Office) -> KnownEntry:
    (entry,) = office.ask(lambda books: books.entries.all("shanxi-2020"))
    assert isinstance(entry, KnownEntry)
    return entry


def with_letter(sender: str, ref: str) -> bytes:
    """A mail that attaches a letter of ours, as it left, beside a photograph."""
    letter = build_mail(
        sender="bm@unit.example",
        subject="回执",
        headers=[("X-Mailflow", "receipt"), ("X-Mailflow-Ref", ref)],
        files=[("优秀学员报名表.docx", b"PK\x03\x04 a blank form")],
    )
    photo = raw_part(
        "Content-Type: image/jpeg",
        "Content-Disposition: attachment; filename*=utf-8''%E7%94%9F%E6%B4%BB%E7%85%A7.jpg",
        "Content-Transfer-Encoding: binary",
        body=PHOTO[1],
    )
    attached = raw_part("Content-Type: message/rfc822", body=letter.replace(b"\r\n", b"\n"))
    return f"From: {sender}\nSubject: x\nMessage-ID: <1@{sender}>\n".encode() + raw_multipart(attached, photo)


def test_a_reply_that_bears_our_header_is_a_correction(office: Office) -> None:
    ref = ref_of_first(office)
    sha256 = office.mail(OWNER, "照片", headers=[("X-Mailflow-Ref", ref)], files=[PHOTO])
    office.tick()
    assert versions(office) == [(ref, 2)]
    assert office.message(sha256).silence is None


def test_a_reply_that_refers_to_our_letter_is_a_correction(office: Office) -> None:
    ref = ref_of_first(office)
    (letter,) = office.letters(LetterKind.RECEIPT)
    office.mail(OWNER, "照片", in_reply_to=letter.message_id, references=[letter.message_id], files=[PHOTO])
    office.tick()
    assert versions(office) == [(ref, 2)]


def test_a_receipt_number_in_the_subject_makes_a_correction(office: Office) -> None:
    ref = ref_of_first(office)
    office.mail(OWNER, f"补充照片 {ref.lower()}", files=[PHOTO])
    office.tick()
    assert versions(office) == [(ref, 2)]


def test_neither_our_letter_nor_its_number_gives_rights_to_another(office: Office) -> None:
    ref = ref_of_first(office)
    (letter,) = office.letters(LetterKind.RECEIPT)
    shas = [
        office.mail(OTHER, "照片", references=[letter.message_id], files=[PHOTO]),
        office.mail(OTHER, f"照片 {ref}", files=[PHOTO]),
    ]
    office.tick()
    assert versions(office) == [(ref, 1)]
    assert {office.message(one).state for one in shas} == {"held"}


def test_a_reply_in_words_only_waits_for_a_person_and_changes_nothing(office: Office) -> None:
    ref = ref_of_first(office)
    (letter,) = office.letters(LetterKind.RECEIPT)
    subject = f"Re: {letter.subject}"
    sha256 = office.mail(OWNER, subject, in_reply_to=letter.message_id, text="手机号写错了，应为13900000000。")
    office.tick(at_once=True)
    assert versions(office) == [(ref, 1)]
    assert office.message(sha256).state == "held"
    assert "已转工作人员阅读" in (office.message(sha256).reason or "")


def test_receipt_numbers_cannot_be_guessed_from_one_another(office: Office) -> None:
    drawn = [office.world.new_ref() for _ in range(3_000)]
    assert len(set(drawn)) == len(drawn)
    for place in range(1, 7):
        assert {one[-place] for one in drawn} == set(REF_ALPHABET)
    shared = sum(one[5:9] == other[5:9] for one, other in pairwise(drawn))
    assert shared < 5, "numbers drawn one after the other share no beginning"


def test_our_letter_attached_names_the_entry_and_its_own_files_do_not_count(office: Office) -> None:
    ref = ref_of_first(office)
    office.take(with_letter(OWNER, ref))
    office.tick()
    assert versions(office) == [(ref, 2)]
    assert [one.role for one in held(office).files] == [Role.MESSAGE, Role.PHOTO]


def test_our_header_gives_nobody_rights_over_anothers_entry(office: Office) -> None:
    ref = ref_of_first(office)
    by_header = office.mail(OTHER, "照片", headers=[("X-Mailflow-Ref", ref)], files=[PHOTO])
    by_letter = office.take(with_letter(OTHER, ref))
    office.tick()
    assert versions(office) == [(ref, 1)]
    assert {office.message(one).state for one in (by_header, by_letter)} == {"held"}


def test_a_header_that_is_no_receipt_number_means_nothing(office: Office) -> None:
    ref = ref_of_first(office)
    hostile = f"{ref}X, \u202e{ref[:-1]}, ' OR 1=1 --, " + "A" * 5_000
    office.mail(OWNER, "照片", headers=[("X-Mailflow-Ref", hostile)], files=[PHOTO])
    office.tick()
    assert versions(office) == [(ref, 1)]
