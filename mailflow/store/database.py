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

BUSY_MILLISECONDS = 5000
HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """The books of one data folder. Threads may share it; writes wait for each other.

    SQLite in WAL mode with synchronous=FULL: what `write` committed survives a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writer = threading.Lock()
        self._engine = _engine(path)

    def open(self) -> Database:
        """Brings the tables to the present revision. Raises StoreError with what to do."""
        with _refusals(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._revision() != HEAD:
                self._migrate()
        return self

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Books]:
        """One transaction: all of it is kept, or after any exception none of it. Raises StoreError."""
        with self._writer, _refusals(self.path), Session(self._engine, expire_on_commit=False) as session:
            session.connection(execution_options={"mailflow_writes": True})
            yield Books(session)
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

    def _migrate(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._writer, self._engine.connect() as connection:
            config.attributes["connection"] = connection.execution_options(mailflow_writes=True)
            with connection.begin():
                command.upgrade(config, "head")


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=4,
        connect_args={"check_same_thread": False, "timeout": BUSY_MILLISECONDS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # pysqlite must not begin transactions of its own: BEGIN IMMEDIATE below is ours
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MILLISECONDS}"):
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


def _remedy(reason: str) -> str:
    if "full" in reason:
        return "the disk is full; make room, mailflow goes on by itself"
    if "locked" in reason or "busy" in reason:
        return "the database is locked by another program; close it, mailflow goes on by itself"
    if "readonly" in reason or "read-only" in reason:
        return "the database is read-only; give the daemon's user the right to write the data folder"
    if "malformed" in reason or "not a database" in reason:
        return "the database is damaged; restore the last backup beside the spool, and run mailflow again"
    if "unable to open" in reason:
        return "the database cannot be opened; check that the data folder exists and is writable"
    return "the database refused"
