"""What every book has: the session of its transaction, and the connection beneath it."""

from __future__ import annotations

from functools import cached_property

from sqlalchemy import Connection
from sqlmodel import Session


class Book:
    """One of the books, inside one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _connection(self) -> Connection:
        """For what is asked for each mail or letter: it makes no rows of the answers.

        It does not see rows that the session has yet to write.
        """
        return self._session.connection()
