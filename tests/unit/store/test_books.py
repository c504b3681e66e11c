"""What the books keep: places of mails, versions of entries, occurrences, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from mailflow.errors import StoreError
from mailflow.model.campaign import Severity
from mailflow.model.entry import EntryStatus, FiledFile, Finding, Relation, Submission, Verdict
from mailflow.model.facts import FormReading, Role
from mailflow.model.judgement import Disposition, Judgement
from mailflow.model.letter import Letter, LetterKind
from mailflow.model.occurrence import Occurrence, OccurrenceKind
from mailflow.model.sight import Seal
from mailflow.model.states import MessageEvent
from mailflow.model.trace import Trace, TraceKind, Use
from mailflow.store.books import Books
from mailflow.store.database import Database
from mailflow.store.entries import Standing
from mailflow.store.messages import Arrival
from mailflow.store.occurrences import MISSED, POSTED, WAITING
from mailflow.store.tables import EntryRow, MessageRow

NOW = datetime(2020, 8, 20, 1, tzinfo=UTC)
SCAN = FiledFile("b" * 64, "扫描.jpg", Role.FORM_SCAN, "image/jpeg", 10)
REPORT = Occurrence("weekly-1", OccurrenceKind.REPORT, NOW, "汇总")


def arrival(number: int, place: tuple[str, int, int]) -> Arrival:
    return Arrival(f"{number:064x}", 10, NOW + timedelta(minutes=number), place)


def message(books: Books, number: int = 1, sender: str = "a@unit.example") -> MessageRow:
    [(row, _)] = books.messages.add([arrival(number, ("INBOX", 1, number))], NOW)
    row.sender = sender
    books.session.flush()
    return row


def submission(**changes: object) -> Submission:
    made = Submission(
        "王小明", "announcer", None, "1001", None, Verdict.INCOMPLETE, Relation.NEW, fields={"name": "王小明"}
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def opened(books: Books, row: MessageRow, ref: str = "SX20-AAAAAA", **changes: object) -> EntryRow:
    books.entries.open("shanxi", ref, submission(**changes), row, name_key="王小明")
    found = books.entries.by_ref(ref)
    assert found is not None
    return found


def test_what_is_seen_later_in_the_same_files_is_kept_without_a_new_version_and_shown_in_the_folder(
    database: Database,
) -> None:
    with database.write() as books:
        mail = message(books)
        row = opened(books, mail, files=(SCAN,))
        books.entries.filed({row.ref: (1, "SX20-AAAAAA 王小明")})
        seen = replace(SCAN, seal=Seal.PRESENT, scan=FormReading("volunteer", fields={"total_points": 28345}))
        assert not books.entries.advance(row, submission(relation=Relation.VERSION, ref=row.ref, files=(seen,)), mail)
    with database.read() as books:
        (entry,) = books.entries.all("shanxi")
        assert (entry.version, entry.files) == (1, (seen,))
        assert [one.ref for one in books.entries.unfiled(10)] == ["SX20-AAAAAA"]


PAGE = FiledFile("c" * 64, "我的信息.jpg", Role.PROFILE, "image/jpeg", 10, pixels="d" * 64)
PIXELS, STUDY_ID = Trace(TraceKind.PIXELS, "d" * 64), Trace(TraceKind.STUDY_ID, "1001")


def test_the_books_say_which_entries_bear_a_trace(database: Database) -> None:
    with database.write() as books:
        opened(books, message(books), files=(PAGE,))
        opened(books, message(books, 2), ref="SX20-BBBBBB", study_id="1002", files=(SCAN,), applicant="李晓华")
        use = Use(PIXELS, "SX20-AAAAAA", "王小明", "announcer")
        other = Trace(TraceKind.STUDY_ID, "d" * 64)
        assert books.entries.uses("shanxi", frozenset({PIXELS, other})) == (use,)
        assert books.entries.uses("another", frozenset({PIXELS})) == ()
        assert books.entries.uses("shanxi", frozenset()) == ()
        assert {one.ref for one in books.entries.uses("shanxi", submission(files=(SCAN, PAGE)).traces)} == {
            "SX20-AAAAAA",
            "SX20-BBBBBB",
        }


def test_a_picture_stays_the_entrys_own_and_a_study_id_can_be_corrected(database: Database) -> None:
    with database.write() as books:
        mail = message(books)
        row = opened(books, mail, files=(PAGE,))
        later = submission(relation=Relation.VERSION, ref=row.ref, files=(SCAN,), study_id="1009")
        books.entries.advance(row, later, message(books, 2))
        assert [one.trace for one in books.entries.uses("shanxi", frozenset({PIXELS, STUDY_ID}))] == [PIXELS]
        assert books.entries.uses("shanxi", frozenset({Trace(TraceKind.STUDY_ID, "1009")}))


def test_a_withdrawn_entry_is_nobody_else(database: Database) -> None:
    with database.write() as books:
        row = opened(books, message(books), files=(PAGE,))
        books.entries.decide(row, EntryStatus.WITHDRAWN)
        books.session.flush()
        assert books.entries.uses("shanxi", frozenset({PIXELS, STUDY_ID})) == ()


def test_the_same_bytes_in_two_folders_are_one_mail_in_two_places(database: Database) -> None:
    with database.write() as books:
        (one, is_new), (two, is_new_too) = books.messages.add(
            [arrival(1, ("INBOX", 1, 5)), arrival(1, ("垃圾邮件", 1, 9))], NOW
        )
        assert (one, is_new, is_new_too) == (two, True, False)
        assert len(books.places.of(one)) == 2


def test_a_uid_of_another_uidvalidity_is_another_place(database: Database) -> None:
    with database.write() as books:
        books.messages.add([arrival(1, ("INBOX", 1, 5))], NOW)
        [(_, is_new)] = books.messages.add([arrival(2, ("INBOX", 2, 5))], NOW)
        assert is_new
        assert books.places.seen_uids("INBOX", 1) == {5}
        assert books.places.seen_uids("INBOX", 2) == {5}


def test_a_place_that_is_seen_again_is_noted_once(database: Database) -> None:
    with database.write() as books:
        for _ in range(2):
            books.messages.add([arrival(1, ("INBOX", 1, 5)), arrival(1, ("INBOX", 1, 5))], NOW)
        [row] = books.messages.all()
        assert len(books.places.of(row)) == 1


def test_other_bytes_at_a_place_that_is_known_are_a_mail_all_the_same(database: Database) -> None:
    with database.write() as books:
        books.messages.add([arrival(1, ("INBOX", 1, 5))], NOW)
        books.messages.add([arrival(2, ("INBOX", 1, 5))], NOW)
        assert len(books.messages.all()) == 2


def test_tries_are_counted_and_excused(database: Database) -> None:
    with database.write() as books:
        row = message(books)
        books.messages.begin_attempt([row])
    with database.write() as books:
        [row] = books.messages.all()
        assert row.attempts == 1
        books.messages.excuse_attempt([row.sha256])
        books.messages.excuse_attempt([row.sha256])
    with database.read() as books:
        assert [one.attempts for one in books.messages.all()] == [0]


def test_a_replayed_mail_waits_for_no_answer_before_it_is_judged(database: Database) -> None:
    with database.write() as books:
        row = message(books)
        books.messages.conclude(row, Judgement(Disposition.ENTRY), MessageEvent.JUDGED, NOW)
        assert len(books.messages.answer_due()) == 1
        books.messages.replay(row)
        books.session.flush()
        assert books.messages.answer_due() == []
        assert not books.messages.waits_for_answer(row)


def test_every_version_of_an_entry_is_kept(database: Database) -> None:
    with database.write() as books:
        row = opened(books, message(books, 1))
        second = submission(relation=Relation.VERSION, verdict=Verdict.ACCEPTED, files=(SCAN,), ref=row.ref)
        assert books.entries.advance(row, second, message(books, 2))
        assert not books.entries.advance(row, second, message(books, 3))
        versions = books.entries.versions(row)
        assert [(one.number, content.files) for one, content in versions] == [(1, ()), (2, (SCAN,))]
        [entry] = books.entries.known([row])
        assert (entry.version, entry.status, entry.complete_at) == (2, EntryStatus.ACCEPTED, NOW + timedelta(minutes=2))
        assert (entry.arrived_at, entry.updated_at) == (NOW + timedelta(minutes=1), NOW + timedelta(minutes=2))


def test_thanks_undo_no_decision_of_staff_but_new_material_does(database: Database) -> None:
    with database.write() as books:
        row = opened(books, message(books, 1))
        books.entries.decide(row, EntryStatus.APPROVED)
        same = submission(relation=Relation.VERSION, verdict=Verdict.LATE, ref=row.ref)
        books.entries.advance(row, same, message(books, 2))
        assert row.status == EntryStatus.APPROVED
        books.entries.advance(row, replace(same, files=(SCAN,)), message(books, 3))
        assert row.status == EntryStatus.LATE


def test_one_applicant_of_one_sender_has_one_entry_a_category_and_period(database: Database) -> None:
    with database.write() as books:
        opened(books, message(books, 1), period="2020-08")
        opened(books, message(books, 2), "SX20-BBBBBB", period="2020-09")
        opened(books, message(books, 3, "b@unit.example"), "SX20-CCCCCC", period="2020-08")
    with pytest.raises(StoreError, match="UNIQUE"), database.write() as books:
        opened(books, message(books, 4), "SX20-DDDDDD", period="2020-08")


def test_a_version_stands_in_one_report_only(database: Database) -> None:
    with database.write() as books:
        opened(books, message(books))
        books.occurrences.take(REPORT, POSTED, NOW)
        books.reported.add("SX20-AAAAAA", REPORT.id, number=1, is_correction=False)
    with pytest.raises(StoreError, match="UNIQUE"), database.write() as books:
        books.reported.add("SX20-AAAAAA", REPORT.id, number=1, is_correction=True)


def test_a_new_row_has_the_defaults_of_its_table_and_shares_no_list_with_another() -> None:
    one, other = (MessageRow(sha256=letter * 64, size=1, arrived_at=NOW, spooled_at=NOW) for letter in "ab")
    one.references.append("<1@x>")
    assert other.references == []
    assert (other.state, other.attempts, other.ref, other.answer_due) == ("spooled", 0, None, False)


def test_an_entry_stands_in_time_as_its_first_and_its_current_mail_say(database: Database) -> None:
    with database.write() as books:
        row = opened(books, message(books, 1))
        later = message(books, 2)
        books.entries.advance(row, submission(fields={"name": "王小明", "mobile": "1"}), later)
    with database.read() as books:
        standing = books.entries.standing(["SX20-AAAAAA", "SX20-BBBBBB"])
    assert standing == {"SX20-AAAAAA": Standing(row.arrived_at, later.arrived_at, later.sha256)}


def test_a_letter_that_somebody_else_has_moved_is_neither_begun_nor_sent(database: Database) -> None:
    with database.write() as books:
        letter = Letter("receipt:1", LetterKind.RECEIPT, "a@unit.example", "主题", "正文", "<p>正文</p>")
        books.letters.post(letter, message_id="<1@x>", raw=b"x", now=NOW, hold=False)
        leaving = books.letters.next_due(NOW, kinds=tuple(LetterKind))
        assert leaving is not None
        with pytest.raises(ValueError, match="posted"):
            books.letters.sent(leaving, NOW)
        books.letters.begin(leaving)
        with pytest.raises(ValueError, match="sending"):
            books.letters.begin(leaving)
        books.letters.sent(leaving, NOW)
    with database.read() as books:
        row = books.letters.current(leaving)
        assert (row.state, row.attempts, row.sent_at) == ("sent", 1, NOW)


@pytest.mark.parametrize("relation", [Relation.LINKED, Relation.KEPT_ASIDE])
def test_what_comes_beside_an_entry_has_its_folder_written_again(database: Database, relation: Relation) -> None:
    with database.write() as books:
        row = opened(books, message(books, 1))
        books.entries.filed({row.ref: (row.version, "播音/x")})
        other = message(books, 2, "b@unit.example")
        assert books.entries.unfiled(10) == []
        books.entries.mention(row, other, relation)
        books.session.flush()
        assert books.entries.unfiled(10) == [row]
        assert books.entries.came_beside([row]) == [(row, other)]


def test_thousands_of_entries_are_one_list(database: Database) -> None:
    with database.write() as books:
        row = message(books)
        for number in range(1200):
            opened(books, row, f"SX20-{number:06}", study_id=str(number))
    with database.read() as books:
        assert len(books.entries.all("shanxi")) == 1200
        assert len(books.entries.refs_by_message(range(2000))[1]) == 1200


def test_an_occurrence_is_settled_once_and_waits_since_it_was_taken_up(database: Database) -> None:
    with database.write() as books:
        assert books.occurrences.state_of(REPORT.id) is None
        books.occurrences.take(REPORT, WAITING, NOW)
        books.occurrences.take(REPORT, WAITING, NOW + timedelta(minutes=5))
        assert books.occurrences.waiting_since(REPORT.id) == NOW
        books.occurrences.take(REPORT, POSTED, NOW + timedelta(minutes=9))
        assert books.occurrences.waiting_since(REPORT.id) is None
        with pytest.raises(ValueError, match="is posted already"):
            books.occurrences.take(REPORT, MISSED, NOW)


def test_findings_come_back_as_they_were(database: Database) -> None:
    found = (Finding("field.missing", Severity.ERROR, "未填写", "name"),)
    with database.write() as books:
        opened(books, message(books), findings=found)
    with database.read() as books:
        [entry] = books.entries.all("shanxi")
        assert entry.findings == found


def test_a_word_names_mails_by_hash_or_message_id(database: Database) -> None:
    with database.write() as books:
        row = message(books, 10)
        row.message_id = "<one@mail.example>"
        books.session.flush()
        for word in (row.sha256, "<one@mail.example>", "one@mail.example"):
            assert books.messages.named(word) == [row]
        assert books.messages.named("00000") == []
        assert books.messages.named("%%%%%%%%") == []
        assert books.session.connection().execute(text("SELECT count(*) FROM message")).scalar() == 1
