"""Letters leave here: several over one connection, and of each it is known whether the server took it.

A plain, synchronous face over aiosmtplib (nothing else imports it). The library's stages are called one by one, because
only the stage tells a letter that surely did not leave from one that perhaps did (RFC 5321 §4.5.3.2 and §6.1).
"""

from __future__ import annotations

import asyncio
import contextlib

import aiosmtplib

from mailflow.errors import AuthenticationError, PermanentError, TemporaryError, WireError
from mailflow.wire import tls
from mailflow.wire.smtp_account import OUR_NAME, SmtpAccount, envelope_address, sender_address
from mailflow.wire.smtp_codes import judge, lost, tidy
from mailflow.wire.smtp_faults import STOPPED, no_connection, reason
from mailflow.wire.smtp_limits import largest, mail_options, travel_seconds, unfit
from mailflow.wire.smtp_loop import LEAVE_SECONDS, OwnLoop, cut, settle, unwritten
from mailflow.wire.smtp_result import Greeting, Outcome, Result, Scope, Stage

__all__ = ["Courier", "Greeting", "Outcome", "Result", "Scope", "SmtpAccount"]

LINE_ERRORS = (aiosmtplib.SMTPException, OSError, asyncio.CancelledError)
"""What ends a connection: the library's errors, the system's (TimeoutError is one), and being stopped."""


class _Client(aiosmtplib.SMTP):
    """Ends connections at once: closing TLS politely would wait for the server's goodbye."""

    def close(self) -> None:
        cut(self.transport)
        super().close()


class Courier:
    """Carries letters to one account's server. For one thread; only `abort` may be called from another.

    `command_seconds` bounds connecting with login, and MAIL with RCPT; `data_seconds` bounds DATA with its answer, on
    top of what the size takes on a slow line. The bounds are absolute: a server that drips does not stretch them.
    Raises PermanentError, with the setting at fault, for an account that must not be used.
    """

    def __init__(
        self,
        account: SmtpAccount,
        *,
        command_seconds: float = 60.0,
        data_seconds: float = 120.0,
        letters_per_connection: int = 20,
    ) -> None:
        tls.require_safe(account.security, account.host, "smtp")
        self._account = account
        self._sender = sender_address(account)
        self._tls = None if account.security == "none" else tls.context(account.ca_file)
        self._command_seconds = command_seconds
        self._data_seconds = data_seconds
        self._letters_per_connection = letters_per_connection
        self._loop = OwnLoop()
        self._client: _Client | None = None
        self._carried = 0
        self._stage = Stage.CONNECT
        self._closed_on_us = False  # servers end idle and well-used connections (421, NetEase MI:DMC)
        self._aborted = False

    def __enter__(self) -> Courier:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, recipient: str, raw: bytes) -> Result:
        """Hands over the finished letter `raw` for `recipient`; connects where needed.

        Raises AuthenticationError or TemporaryError when no connection could be made: then the letter surely did not
        leave. Everything later is told by the result.
        """
        try:
            address = envelope_address(recipient)
        except PermanentError as error:
            return Result(Outcome.REFUSED, text=f"the recipient's address cannot be used: {error}")
        try:
            return self._loop.run(self._deliver(address, raw))
        except asyncio.CancelledError:
            raise TemporaryError(STOPPED) from None
        except BaseException:  # an interrupt from the keyboard may strike between any two steps of the dialogue
            self._drop()
            raise

    def check(self) -> Greeting:
        """Connects, logs in, offers our sender address and leaves; nothing is sent.

        Raises AuthenticationError, TemporaryError, or PermanentError where the server refuses the sender address.
        """
        return self._loop.run(self._inquire())

    def close(self) -> None:
        """Leaves the server, within a second, and frees everything. A later `send` connects again."""
        if self._loop.is_open:
            self._loop.run(self._leave())
            self._loop.close()

    def abort(self) -> None:
        """Ends the letter in hand at once, from any thread, and lets no other begin; `send` says what became of it."""
        self._aborted = True
        self._loop.interrupt()

    async def _deliver(self, recipient: str, raw: bytes) -> Result:
        if self._aborted:
            raise TemporaryError(STOPPED)
        if self._carried >= self._letters_per_connection:
            await self._leave()
        worn = self._client is not None
        result = await self._attempt(recipient, raw)
        if worn and self._closed_on_us and result.outcome is Outcome.DEFERRED:
            return await self._attempt(recipient, raw)  # surely not sent, so once more, over a fresh connection
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
            self._closed_on_us = result.scope is Scope.CONNECTION
            await self._recover(client, result)
            return result
        except TimeoutError:
            result = lost(self._stage, "time was up", half=unwritten(client.transport))
        except asyncio.CancelledError:
            result = lost(self._stage, "stopped", half=unwritten(client.transport))
        except (aiosmtplib.SMTPException, OSError) as error:
            result = lost(self._stage, f"the connection was lost ({reason(error)})")
            self._closed_on_us = True
        self._drop()
        return result

    async def _transaction(self, client: _Client, recipient: str, raw: bytes) -> Result:
        """One mail transaction (RFC 5321 §3.3). MAIL FROM is always the account's own address, as NetEase demands."""
        self._carried += 1
        self._closed_on_us = False
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
        async with asyncio.timeout(self._data_seconds + travel_seconds(raw)):
            reply = await client.data(raw, timeout=None)
        return Result(Outcome.SENT, str(reply.code), tidy(reply.message))

    async def _recover(self, client: _Client, refusal: Result) -> None:
        """Makes the connection ready for the next letter, or gives it up."""
        if refusal.scope is Scope.LETTER:
            with contextlib.suppress(*LINE_ERRORS):
                async with asyncio.timeout(self._command_seconds):
                    await client.rset(timeout=None)
                    return
        self._drop()

    async def _connect(self) -> _Client:
        account = self._account
        client = _Client(
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
            async with asyncio.timeout(self._command_seconds):
                await client.connect()
                await client.ehlo()
                if account.username:
                    self._stage = Stage.LOGIN
                    await self._login(client)
        except BaseException as error:
            client.close()
            if isinstance(error, LINE_ERRORS):
                raise self._no_connection(error) from error
            raise
        self._client, self._carried = client, 0
        return client

    async def _login(self, client: _Client) -> None:
        """One try with one mechanism: each refused try brings the account nearer to being locked."""
        ways = {"plain": client.auth_plain, "login": client.auth_login, "cram-md5": client.auth_crammd5}
        offered = [way for way in ways if way in client.server_auth_methods]
        if not offered:
            raise AuthenticationError("the server offers no login that mailflow knows: check host, port, security")
        for way in offered:
            try:
                await ways[way](self._account.username, self._account.password, timeout=None)
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
        line = client.get_transport_info("ssl_object")
        greeting = Greeting(
            tls=line.version() if line is not None else "",
            largest=largest(client.esmtp_extensions),
            extensions=tuple(sorted(client.esmtp_extensions)),
            logged_in=bool(self._account.username),
        )
        self._stage = Stage.SENDER
        try:
            async with asyncio.timeout(self._command_seconds):
                await client.mail(self._sender, encoding="utf-8", timeout=None)
        except aiosmtplib.SMTPResponseException as error:
            kind = TemporaryError if error.code < 500 else PermanentError
            raise kind(judge(self._stage, error.code, error.message).text, code=str(error.code)) from error
        except LINE_ERRORS as error:
            raise self._no_connection(error) from error
        finally:
            await self._leave()
        return greeting

    async def _leave(self) -> None:
        """QUIT (RFC 5321 §4.1.1.10) where the line still stands, then an end that waits for nobody."""
        client = self._client
        if client is not None and client.is_connected:
            with contextlib.suppress(*LINE_ERRORS):
                async with asyncio.timeout(min(LEAVE_SECONDS, self._command_seconds)):
                    await client.quit(timeout=None)
        self._drop()
        await settle()

    def _drop(self) -> None:
        client, self._client, self._carried = self._client, None, 0
        if client is not None:
            client.close()
