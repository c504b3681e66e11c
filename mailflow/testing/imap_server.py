"""An IMAP server inside the process (pymap, in memory), for the demo and the quick tests."""

from __future__ import annotations

import asyncio
import imaplib
import logging
import socket
import threading
import warnings
from argparse import ArgumentParser
from collections.abc import Coroutine
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

T = TypeVar("T")

CALL_SECONDS = 30.0


class EmbeddedImap:
    """A running server with one account, for a `with` block. It has a thread and an event loop of its own.

    Needs the extra `demo`; raises ImportError without it. Folders are made by the first mail put into them.
    """

    host = "127.0.0.1"
    username = "box@example.cn"
    password = "open-sesame"  # noqa: S105
    security = "none"
    ca_file = ""

    def __init__(self) -> None:
        self.port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._stopping: asyncio.Event | None = None
        self._failure: BaseException | None = None
        self._folders: Any = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="embedded-imap", daemon=True)
        self._thread.start()
        if not self._ready.wait(CALL_SECONDS):
            raise RuntimeError("the embedded IMAP server did not start")
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join(CALL_SECONDS)

    def append(self, raw: bytes, arrived_at: datetime, *, folder: str = "INBOX") -> None:
        """Puts one mail into `folder`, with `arrived_at` (aware) as its INTERNALDATE.

        It goes straight into the server's memory: over the wire an APPEND takes fifty milliseconds.
        """
        self._call(self._append(raw, arrived_at, folder))

    def session(self) -> imaplib.IMAP4:
        """A logged-in connection of another client, to see or change what is there."""
        client = imaplib.IMAP4(self.host, self.port)
        client.login(self.username, self.password)
        return client

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise RuntimeError("the embedded IMAP server is not running")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)

    async def _append(self, raw: bytes, arrived_at: datetime, folder: str) -> None:
        from pymap.parsing.message import AppendMessage

        try:
            mailbox = await self._folders.get_mailbox(folder)
        except KeyError:
            await self._folders.add_mailbox(folder)
            mailbox = await self._folders.get_mailbox(folder)
        await mailbox.append(AppendMessage(raw, arrived_at, frozenset()), recent=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        listener = socket.create_server((self.host, 0))
        # asyncio forgets this for sockets made without a protocol number; without it each answer takes 44 ms
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        handle = await self._backend()
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(handle, sock=listener)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _backend(self) -> Any:
        """pymap's in-memory backend with our account, as a callback for new connections."""
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"pymap(\..*)?")
        logging.getLogger("pymap").setLevel(logging.CRITICAL)
        from proxyprotocol.result import ProxyResultLocal
        from proxyprotocol.sock import SocketInfo
        from pymap.backend.dict import DictBackend
        from pymap.backend.dict.filter import FilterSet
        from pymap.backend.dict.mailbox import MailboxSet
        from pymap.imap import IMAPServer, IMAPService
        from pysasl.hashing import BuiltinHash

        parser = ArgumentParser()
        parser.set_defaults(debug=False, passlib_cfg=None)
        DictBackend.add_subparser("dict", parser.add_subparsers())
        IMAPService.add_arguments(parser)
        account = ["--demo-user", self.username, "--demo-password", self.password]
        args = parser.parse_args(["--no-tls", "dict", *account])
        backend, config = await DictBackend.init(args, hash_context=BuiltinHash(rounds=1))
        config.apply_context()
        self._folders = MailboxSet()
        config.set_cache[self.username] = (self._folders, FilterSet())
        server = IMAPServer(backend.login, config)

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # not through pymap's own reader of proxy headers: its task belongs to nobody, and is collected half-way
            await server(reader, writer, SocketInfo.get(writer, ProxyResultLocal(), unique_id=uuid4().bytes))

        return connected
