"""Letters leave here: several over one connection, and of each it is known whether the server took it.

A plain, synchronous face over aiosmtplib (nothing else imports it). The library's stages are called one by one, because
only the stage tells a letter that surely did not leave from one that perhaps did (RFC 5321 §4.5.3.2 and §6.1).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, TypeVar, cast

import aiosmtplib

from mailflow.errors import AuthenticationError, PermanentError, WireError
from mailflow.wire.smtp_account import SmtpAccount, envelope_address, require_usable, tls_context
from mailflow.wire.smtp_codes import judge, lost, tidy
from mailflow.wire.smtp_faults import no_connection, reason
from mailflow.wire.smtp_limits import largest, mail_options, unfit
from mailflow.wire.smtp_result import Greeting, Outcome, Result, Scope, Stage

__all__ = ["Courier", "Greeting", "Outcome", "Result", "Scope", "SmtpAccount"]

T = TypeVar("T")

OUR_NAME = "[127.0.0.1]"
"""What EHLO says (RFC 5321 §4.1.4): an address literal tells nobody this host's name and asks no name server."""
SLOWEST_LINE = 64 * 1024
"""Bytes a second that a letter may take at worst; its time for DATA grows with its size."""
LEAVE_SECONDS = 1.0
"""How long the server may take to answer QUIT."""


class Courier:
    """Carries letters to one account's server. For one thread; only `abort` may be called from another.

    `command_seconds` bounds connecting with login, and MAIL with RCPT; `data_seconds` bounds DATA with its answer, on
    top of what the size takes on a slow line. The bounds are absolute: a server that drips does not stretch them.
    Raises SettingsError for an account that must not be used.
    """

    def __init__(
        self,
        account: SmtpAccount,
        *,
        command_seconds: float = 60.0,
        data_seconds: float = 120.0,
        letters_per_connection: int = 20,
    ) -> None:
        require_usable(account)
        self._account = account
        self._sender = envelope_address(account.sender)
        self._tls = tls_context(account)
        self._command_seconds = command_seconds
        self._data_seconds = data_seconds
        self._letters_per_connection = letters_per_connection
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._client: aiosmtplib.SMTP | None = None
        self._carried = 0
        self._stage = Stage.CONNECT
        self._aborted = False

    def __enter__(self) -> Courier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, recipient: str, raw: bytes) -> Result:
        """Hands over the finished letter `raw` for `recipient`; connects where needed.

        Raises AuthenticationError or TemporaryError when no connection could be made: then the letter surely did not
        leave. Everything later is told by the result.
        """
        try:
            address = envelope_address(recipient)
        except PermanentError as error:
            return Result(Outcome.REFUSED, text=f"the recipient cannot be written to: {error}")
        return self._run(self._deliver(address, raw))

    def check(self) -> Greeting:
        """Connects, logs in, offers our sender address and leaves; nothing is sent.

        Raises AuthenticationError, TemporaryError, or PermanentError where the server refuses the sender address.
        """
        return self._run(self._inquire())

    def close(self) -> None:
        """Leaves the server, within a second, and frees everything. A later `send` connects again."""
        loop = self._loop
        if loop is None:
            return
        loop.run_until_complete(self._leave())
        self._loop = self._task = None
        loop.close()

    def abort(self) -> None:
        """Ends the letter in hand at once, from any thread, and lets no other begin; `send` says what became of it."""
        self._aborted = True
        loop, task = self._loop, self._task
        if loop is not None and task is not None and loop.is_running():
            with contextlib.suppress(RuntimeError):  # the letter ended in this very moment
                loop.call_soon_threadsafe(task.cancel)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        task = self._loop.create_task(work)
        self._task = task
        try:
            return self._loop.run_until_complete(task)
        finally:
            if not task.done():  # an interrupt from the keyboard
                task.cancel()
                with contextlib.suppress(WireError, asyncio.CancelledError):
                    self._loop.run_until_complete(task)

    async def _deliver(self, recipient: str, raw: bytes) -> Result:
        if self._carried >= self._letters_per_connection:
            await self._leave()
        reused = self._client is not None
        result = await self._attempt(recipient, raw)
        if reused and result.outcome is Outcome.DEFERRED and result.scope is Scope.CONNECTION and not self._aborted:
            # Servers close idle and well-used connections (421, NetEase MI:DMC): surely not sent, so once more, afresh.
            return await self._attempt(recipient, raw)
        return result

    async def _attempt(self, recipient: str, raw: bytes) -> Result:
        client = self._client if self._client is not None and self._client.is_connected else await self._connect()
        hindrance = unfit(client.esmtp_extensions, (self._sender, recipient), raw)
        if hindrance is not None:
            return hindrance
        try:
            return await self._transaction(client, recipient, raw)
        except aiosmtplib.SMTPResponseException as error:
            result = judge(self._stage, error.code, error.message)
            await self._recover(client, result)
            return result
        except TimeoutError:
            result = lost(self._stage, "time was up", half=_pending(client))
        except asyncio.CancelledError:
            result = lost(self._stage, "stopped", half=_pending(client))
        except (aiosmtplib.SMTPException, OSError) as error:
            result = lost(self._stage, f"the connection was lost ({reason(error)})")
        self._drop()
        return result

    async def _transaction(self, client: aiosmtplib.SMTP, recipient: str, raw: bytes) -> Result:
        """One mail transaction (RFC 5321 §3.3). MAIL FROM is always the account's own address, as NetEase demands."""
        self._carried += 1
        options = mail_options(client.esmtp_extensions, (self._sender, recipient), raw)
        encoding = "utf-8" if "SMTPUTF8" in options else "ascii"
        self._stage = Stage.SENDER
        async with asyncio.timeout(self._command_seconds):
            await client.mail(self._sender, options=options, encoding=encoding, timeout=None)
            self._stage = Stage.RECIPIENT
            await client.rcpt(recipient, encoding=encoding, timeout=None)
        if not client.is_connected:
            raise aiosmtplib.SMTPServerDisconnected("closed after RCPT")
        self._stage = Stage.DATA
        async with asyncio.timeout(self._data_seconds + len(raw) / SLOWEST_LINE):
            reply = await client.data(raw, timeout=None)
        return Result(Outcome.SENT, str(reply.code), tidy(reply.message))

    async def _recover(self, client: aiosmtplib.SMTP, refusal: Result) -> None:
        """Makes the connection ready for the next letter, or gives it up."""
        if refusal.scope is not Scope.LETTER:
            self._drop()
            return
        try:
            async with asyncio.timeout(self._command_seconds):
                await client.rset(timeout=None)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, asyncio.CancelledError):
            self._drop()

    async def _connect(self) -> aiosmtplib.SMTP:
        account = self._account
        client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",  # never None, which goes on in clear where TLS is missing
            tls_context=self._tls,
            local_hostname=OUR_NAME,
            timeout=None,
        )
        self._stage = Stage.CONNECT
        try:
            if self._aborted:
                raise asyncio.CancelledError
            async with asyncio.timeout(self._command_seconds):
                await client.connect()
                await client.ehlo()
                if account.username:
                    self._stage = Stage.LOGIN
                    await self._login(client)
        except (aiosmtplib.SMTPException, OSError, asyncio.CancelledError) as error:
            _sever(client)
            raise self._no_connection(error) from error
        self._client, self._carried = client, 0
        return client

    async def _login(self, client: aiosmtplib.SMTP) -> None:
        """One try with one mechanism: each refused try brings the account nearer to being locked."""
        account = self._account
        ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        offered = [way for way in ways if way in client.server_auth_methods]
        if not offered:
            raise AuthenticationError(
                f"{account.host} offers no login that mailflow knows: check smtp.host, port, security"
            )
        for way in offered:
            try:
                await ways[way](account.username, account.password, timeout=None)
                return
            except aiosmtplib.SMTPAuthenticationError as error:
                if error.code not in (500, 502, 504) or way == offered[-1]:  # advertised, yet not known (RFC 4954 §4)
                    raise

    def _no_connection(self, error: BaseException) -> WireError:
        answer = (error.code, error.message) if isinstance(error, aiosmtplib.SMTPResponseException) else None
        return no_connection(f"{self._account.host}:{self._account.port}", self._stage, error, answer)

    async def _inquire(self) -> Greeting:
        await self._leave()
        client = await self._connect()
        socket_tls = client.get_transport_info("ssl_object")
        greeting = Greeting(
            tls=socket_tls.version() if socket_tls is not None else "",
            largest=largest(client.esmtp_extensions),
            extensions=tuple(sorted(client.esmtp_extensions)),
            logged_in=bool(self._account.username),
        )
        self._stage = Stage.SENDER
        try:
            async with asyncio.timeout(self._command_seconds):
                await client.mail(self._sender, encoding="utf-8", timeout=None)
        except aiosmtplib.SMTPResponseException as error:
            raise PermanentError(judge(self._stage, error.code, error.message).text, code=str(error.code)) from error
        except (aiosmtplib.SMTPException, OSError, asyncio.CancelledError) as error:
            raise self._no_connection(error) from error
        finally:
            await self._leave()
        return greeting

    async def _leave(self) -> None:
        """QUIT (RFC 5321 §4.1.1.10) where the line still stands, then an end that waits for nobody."""
        client = self._client
        if client is not None and client.is_connected:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, asyncio.CancelledError):
                async with asyncio.timeout(min(LEAVE_SECONDS, self._command_seconds)):
                    await client.quit(timeout=None)
        self._drop()
        for _ in range(3):  # lets the loop close the socket beneath TLS
            await asyncio.sleep(0)

    def _drop(self) -> None:
        client, self._client, self._carried = self._client, None, 0
        if client is not None:
            _sever(client)


def _sever(client: aiosmtplib.SMTP) -> None:
    """Ends the connection now; what was not yet written never leaves."""
    if client.transport is not None:
        cast(asyncio.WriteTransport, client.transport).abort()
    client.close()


def _pending(client: aiosmtplib.SMTP) -> bool:
    """Whether a part of the letter, its final dot with it, has not left this process."""
    transport = client.transport
    return transport is not None and cast(asyncio.WriteTransport, transport).get_write_buffer_size() > 0
