"""The database: opened, migrated, and written by one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from mailflow.errors import StoreError
from mailflow.store.books import Books

BUSY_MILLISECONDS = 20_000
"""How long one process waits for another one's transaction; the longest is a report with all its files."""

HEAD = "0003"
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The books of one data folder. Threads may share it; writes wait for each other.

    SQLite in WAL mode with synchronous=FULL: what `write` committed survives a power cut.
    """

    def __init__(self, path: Path, *, busy_milliseconds: int = BUSY_MILLISECONDS) -> None:
        self.path = path
        self._writer = threading.Lock()
        self._engine = _engine(path, busy_milliseconds)

    def open(self) -> Database:
        """Brings the tables to the present revision. Raises StoreError with what to do."""
        try:
            with _refusals(self.path):
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                revision = self._revision()
                if revision != HEAD:
                    self._migrate(revision)
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Books]:
        """One transaction: all of it is kept, or after any exception none of it. Raises StoreError."""
        with self._writer, _refusals(self.path), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={"mailflow_writes": True})
            books = Books(session)
            yield books
            books.write_events()
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Books]:
        """One consistent view of the books. Raises StoreError."""
        with _refusals(self.path), Session(self._engine, expire_on_commit=False) as session:
            yield Books(session)

    def backup_to(self, path: Path) -> None:
        """Writes a consistent copy to `path` by SQLite's own backup, while others go on working."""
        with _refusals(path):
            source = sqlite3.connect(self.path)
            target = sqlite3.connect(path)
            try:
                path.chmod(0o600)
                source.backup(target)
            finally:
                target.close()
                source.close()

    def check(self) -> str:
        """SQLite's own word on the file: "ok", or what is damaged."""
        with _refusals(self.path), self._engine.connect() as connection:
            return str(connection.execute(text("PRAGMA quick_check(1)")).scalar())

    def _revision(self) -> str | None:
        with self._engine.connect() as connection:
            known = connection.execute(text("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")).scalar()
            if known is None:
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def _migrate(self, revision: str | None) -> None:
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._writer, self._engine.connect() as connection:
            config.attributes["connection"] = connection.execution_options(mailflow_writes=True)
            try:
                with connection.begin():
                    command.upgrade(config, "head")
            except CommandError as error:
                raise StoreError(
                    f"{self.path} is of revision {revision}, this mailflow knows up to {HEAD}: run the newer mailflow"
                ) from error


def _engine(path: Path, busy_milliseconds: int) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4,
        connect_args={"check_same_thread": False, "timeout": busy_milliseconds / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # pysqlite must not begin transactions of its own: BEGIN IMMEDIATE below is ours
        connection.isolation_level = None
        for pragma in (f"busy_timeout={busy_milliseconds}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get("mailflow_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except (OperationalError, DatabaseError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise StoreError(f"{_remedy(reason)} ({path}: {reason})") from error
    except BrokenPipeError:  # somebody stopped reading our output; the books are well
        raise
    except OSError as error:
        raise StoreError(f"cannot use {path}: {error.strerror}") from error


REMEDIES = (
    ("full", "the disk is full; make room, mailflow goes on by itself"),
    ("locked", "the database is locked by another program; close it, mailflow goes on by itself"),
    ("busy", "the database is locked by another program; close it, mailflow goes on by itself"),
    ("readonly", "the database is read-only; give the daemon's user the right to write the data folder"),
    ("read-only", "the database is read-only; give the daemon's user the right to write the data folder"),
    ("malformed", "the database is damaged; restore the last backup beside the spool, and run mailflow again"),
    ("not a database", "the database is damaged; restore the last backup beside the spool, and run mailflow again"),
    ("disk I/O", "the disk fails to read or write; check it, and restore the last backup if it stays so"),
    ("unable to open", "the database cannot be opened; check that the data folder exists and is writable"),
)
"""What to do, by what stands in SQLite's own words; the first that fits."""


def _remedy(reason: str) -> str:
    return next((remedy for words, remedy in REMEDIES if words in reason), "the database refused")
