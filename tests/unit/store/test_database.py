"""The database: its pragmas, all-or-nothing transactions, what the keys refuse, and bad days that pass."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlmodel import SQLModel

from mailflow.errors import StoreError
from mailflow.model.letter import Letter, LetterKind
from mailflow.model.trace import Trace, TraceKind
from mailflow.store.books import Books
from mailflow.store.database import HEAD, MIGRATIONS, Database
from mailflow.store.messages import Arrival
from mailflow.store.statements import MEANT
from mailflow.store.traces import USES

NOW = datetime(2020, 8, 20, 1, tzinfo=UTC)


def arrival(number: int, *, uid: int = 0, folder: str = "INBOX", validity: int = 1) -> Arrival:
    return Arrival(f"{number:064x}", 10, NOW, (folder, validity, uid or number))


def receipt(key: str) -> Letter:
    return Letter(key, LetterKind.RECEIPT, "a@unit.example", "s", "t", "h")


def post(books: Books, key: str, message_id: str) -> None:
    books.letters.post(receipt(key), message_id=message_id, raw=b"x", now=NOW, hold=False)


def count(database: Database) -> int:
    with database.read() as books:
        return len(books.messages.all())


def test_the_tables_are_those_of_the_migrations(database: Database) -> None:
    with database.read() as books:
        context = MigrationContext.configure(books.session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_the_revision_that_is_opened_is_the_last_migration(database: Database) -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD == database._revision()


def test_each_connection_is_durable_and_keeps_foreign_keys(database: Database) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    with database.read() as one, database.read() as other:
        for books in (one, other):
            for pragma, value in wanted.items():
                assert books.session.connection().execute(text(f"PRAGMA {pragma}")).scalar() == value


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    def broken() -> None:
        with database.write() as books:
            books.messages.add([arrival(1)], NOW)
            books.record("message:1", "spooled", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()
    assert count(database) == 0
    with database.read() as books:
        assert books.events("message:1") == []


def test_a_savepoint_undoes_only_what_was_done_inside_it(database: Database) -> None:
    def broken(books: Books) -> None:
        with books.savepoint():
            books.messages.add([arrival(2)], NOW)
            raise ValueError("inside")

    with database.write() as books:
        books.messages.add([arrival(1)], NOW)
        with pytest.raises(ValueError, match="inside"):
            broken(books)
        books.messages.add([arrival(3)], NOW)
    with database.read() as books:
        assert [row.sha256[-1] for row in books.messages.all()] == ["1", "3"]


@pytest.mark.parametrize("asks", [False, True])
def test_a_savepoint_undoes_its_own_events_and_no_other(database: Database, asks: bool) -> None:
    def broken(books: Books) -> None:
        with books.savepoint():
            books.record("message:2", "judged", NOW)
            assert not asks or [event.name for event in books.events("message:1")] == ["judged"]
            raise ValueError("inside")

    with database.write() as books:
        books.record("message:1", "judged", NOW)
        with pytest.raises(ValueError, match="inside"):
            broken(books)
        books.record("message:3", "judged", NOW)
    with database.read() as books:
        found = books.events("message:1", "message:2", "message:3")
        assert [event.about for event in found] == ["message:1", "message:3"]


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    with database.read() as books:
        assert books.messages.all() == []
        with database.write() as writing:
            writing.messages.add([arrival(1)], NOW)
        assert books.messages.all() == []
    assert count(database) == 1


def test_writers_in_several_threads_wait_for_each_other(database: Database) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 10):
            with database.write() as books:
                books.messages.add([arrival(number)], NOW)

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 30


def test_a_second_letter_of_one_key_is_refused(database: Database) -> None:
    with database.write() as books:
        post(books, "receipt:1", "<1@x>")
    with pytest.raises(StoreError, match="UNIQUE"), database.write() as books:
        post(books, "receipt:1", "<2@x>")


def test_a_letter_in_no_known_state_is_refused(database: Database) -> None:
    with database.write() as books:
        post(books, "receipt:1", "<1@x>")
    with pytest.raises(StoreError, match="state_known"), database.write() as books:
        books.session.connection().execute(text("UPDATE letter SET state = 'gone'"))


def test_bytes_without_their_letter_are_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"), database.write() as books:
        books.session.connection().execute(text("INSERT INTO letter_bytes (letter_id, raw) VALUES (77, x'00')"))


def test_a_full_disk_is_named_and_work_goes_on_when_there_is_room(database: Database) -> None:
    with database.write() as books:
        connection = books.session.connection()
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    with pytest.raises(StoreError, match="disk is full; make room, mailflow goes on by"), database.write() as books:
        books.messages.add([arrival(number) for number in range(500)], NOW)
    assert count(database) == 0
    raw.execute("PRAGMA max_page_count = 100000")
    with database.write() as books:
        books.messages.add([arrival(number) for number in range(500)], NOW)
    assert count(database) == 500


def test_a_full_disk_inside_a_savepoint_is_no_fault_of_the_mail(database: Database) -> None:
    def filling() -> None:
        with database.write() as books:
            pages = books.session.connection().execute(text("PRAGMA page_count")).scalar()
            books.session.connection().execute(text(f"PRAGMA max_page_count = {pages}"))
            with books.savepoint():
                books.messages.add([arrival(number) for number in range(500)], NOW)

    with pytest.raises(StoreError, match="full"):
        filling()


def test_a_lock_of_another_program_is_named_and_passes(database: Database) -> None:
    other = sqlite3.connect(database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), database.write() as books:
        books.messages.add([arrival(1)], NOW)
    assert count(database) == 0  # reading goes on all the time
    other.execute("ROLLBACK")
    other.close()
    with database.write() as books:
        books.messages.add([arrival(1)], NOW)
    assert count(database) == 1


def test_a_damaged_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "mailflow.db"
    path.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match="damaged; restore the last backup"):
        Database(path).open()


def test_a_database_of_a_newer_mailflow_is_refused_in_words(database: Database) -> None:
    with database.write() as books:
        books.session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="of revision 9999, this mailflow knows up to"):
        Database(database.path).open()


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot use"):
        Database(tmp_path / "file" / "mailflow.db").open()


def test_entries_from_before_traces_get_theirs(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    content = json.dumps({"files": [{"sha256": "f" * 64, "role": "photo"}, {"sha256": "e" * 64, "role": "evidence"}]})
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        day = "2020-08-20 01:00:00"
        for row in (
            f"INSERT INTO message (id, sha256, size, arrived_at, spooled_at, sender, sender_name, subject, state,"
            f" attempts, answer_due, defect, content_key, \"references\") VALUES (1, '{'a' * 64}', 1, '{day}', '{day}',"
            f" '', '', '', 'spooled', 0, 0, '', '', '[]')",
            f"INSERT INTO entry (id, ref, campaign, category, period, applicant, name_key, study_id, sender, status,"
            f" version, arrived_at, updated_at, settled) VALUES (1, 'SX20-AAAAAA', 'shanxi', 'announcer', '', '王小明',"
            f" '王小明', '1001', 'a@unit.example', 'accepted', 1, '{day}', '{day}', 0)",
            f"INSERT INTO entry_version VALUES (1, 1, 1, 1, '{day}', '{content}')",
        ):
            connection.exec_driver_sql(row)
    engine.dispose()
    database = Database(tmp_path / "old.sqlite").open()
    asked = frozenset({Trace(TraceKind.FILE, "f" * 64), Trace(TraceKind.FILE, "e" * 64)})
    with database.read() as books:
        assert [use.trace.key for use in books.entries.uses("shanxi", asked)] == ["f" * 64]
        assert len(books.entries.uses("shanxi", frozenset({Trace(TraceKind.STUDY_ID, "1001")}))) == 1
    database.close()


@pytest.mark.parametrize(
    ("statement", "lists"),
    [(MEANT, {"names": ["a"], "study_ids": ["b"], "refs": ["c"]}), (USES, {"keys": ["a", "b"]})],
)
def test_what_is_asked_for_each_mail_never_goes_through_all_entries(
    database: Database, statement: Any, lists: dict[str, list[str]]
) -> None:
    with database.read() as books:
        connection = books.session.connection()
        told = statement.params(campaign="shanxi", **lists)
        asked = str(told.compile(connection, compile_kwargs={"render_postcompile": True}))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("",) * asked.count("?")).all()
        steps = [row[-1] for row in plan]
    assert steps
    assert not [step for step in steps if "campaign=" in step or step.startswith("SCAN entry")]


def test_opening_twice_changes_nothing(database: Database) -> None:
    with database.write() as books:
        books.messages.add([arrival(1)], NOW)
    again = Database(database.path).open()
    assert count(again) == 1
    assert again.check() == "ok"
    again.close()


def test_a_backup_is_consistent_and_private_while_others_write(database: Database, tmp_path: Path) -> None:
    with database.write() as books:
        books.messages.add([arrival(number) for number in range(200)], NOW)
        books.session.flush()
        database.backup_to(tmp_path / "early.db")
    database.backup_to(tmp_path / "late.db")
    for name, wanted in (("early.db", 0), ("late.db", 200)):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
        copy = Database(tmp_path / name).open()
        assert (copy.check(), count(copy)) == ("ok", wanted)
        copy.close()
