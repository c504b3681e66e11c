"""A private Dovecot on loopback, for the tests and the bench that want a real IMAP server.

Everything lies in a temporary folder. It runs as the ordinary user who starts it; started by root, it runs as nobody,
by the same configuration.
"""

from __future__ import annotations

import contextlib
import grp
import imaplib
import itertools
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from mailflow.testing.certificates import Certificate, issue
from mailflow.testing.dovecot_config import CONFIG_2_3, CONFIG_2_4

START_SECONDS = 20.0
INSTALL = "install it (Debian: apt-get install dovecot-imapd)"


def available() -> str | None:
    """None if a Dovecot can be started here, else why not and what to do."""
    program = _program()
    if program is None:
        return f"Dovecot is not on this machine: {INSTALL}"
    if not Path("/usr/lib/dovecot/imap").exists() and not Path("/usr/libexec/dovecot/imap").exists():
        return f"this Dovecot speaks no IMAP: {INSTALL}"
    version = _version(program)
    return None if version[:4] in ("2.3.", "2.4.") else f"the tests are for Dovecot 2.3 and 2.4, here is {version}"


class Dovecot:
    """A running Dovecot with one account, for a `with` block. `port` speaks what `security` says.

    `certificate` replaces the right one (issued by `ca_file`) with another; `capability` is what the server admits to
    after login, instead of all it can.
    """

    host = "127.0.0.1"
    username = "box@example.cn"
    password = "open-sesame"  # noqa: S105

    def __init__(
        self,
        *,
        security: Literal["none", "tls", "starttls"] = "none",
        certificate: Certificate | None = None,
        capability: str = "",
    ) -> None:
        self.security = security
        self.port = 0
        self.home = Path()
        self._certificate = certificate
        self._capability = capability
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self._user, self._uid, self._gid = account.pw_name, account.pw_uid, account.pw_gid

    @property
    def ca_file(self) -> str:
        """The authority that a client must trust, "" without TLS."""
        return str(self._certificate.ca_file) if self._certificate else ""

    def __enter__(self) -> Self:
        program = _program()
        if program is None:
            raise RuntimeError(available())
        self.home = Path(tempfile.mkdtemp(prefix="mailflow-dovecot-"))
        if self.security != "none" and self._certificate is None:
            self._certificate = issue(self.home)
        self.port = _free_port()
        config = self.home / "dovecot.conf"
        config.write_text(self._configuration(is_new=not _version(program).startswith("2.3.")))
        for path in (self.home, *self.home.iterdir()):
            self._give(path)
        root = os.getuid() == 0
        self._process = subprocess.Popen(  # noqa: S603
            [program, "-F", "-c", str(config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=self._uid if root else None,
            group=self._gid if root else None,
            extra_groups=[] if root else None,
        )
        self._await_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # nothing in it is worth a clean end
            self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def append(self, raw: bytes, arrived_at: datetime, *, folder: str = "INBOX") -> None:
        """Puts one mail (CRLF line ends) into `folder`, which is made if it is not there."""
        self.deliver([(raw, arrived_at)], folder=folder)

    def deliver(self, mails: Iterable[tuple[bytes, datetime]], *, folder: str = "INBOX") -> int:
        """Puts many mails there, as files of the maildir (INTERNALDATE is their mtime); gives back how many."""
        maildir = self._maildir(folder)
        count = 0
        for count, (raw, arrived_at) in enumerate(mails, start=1):  # noqa: B007
            name = f"{int(arrived_at.timestamp())}.M{next(self._numbers):09d}.example,S={len(raw)},W={len(raw)}"
            waiting = maildir / "tmp" / name
            waiting.write_bytes(raw)
            os.utime(waiting, (arrived_at.timestamp(), arrived_at.timestamp()))
            self._give(waiting)
            waiting.rename(maildir / "new" / name)
        return count

    def session(self) -> imaplib.IMAP4:
        """A logged-in connection of another client, to see or change what is there."""
        trusted = ssl.create_default_context(cafile=self.ca_file) if self.security != "none" else None
        if self.security == "tls":
            client: imaplib.IMAP4 = imaplib.IMAP4_SSL(self.host, self.port, ssl_context=trusted)
        else:
            client = imaplib.IMAP4(self.host, self.port)
            if self.security == "starttls":
                client.starttls(trusted)
        client.login(self.username, self.password)
        return client

    def log(self) -> str:
        """What Dovecot has written to its log."""
        path = self.home / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _configuration(self, *, is_new: bool) -> str:
        tls = "ssl = no"
        if self._certificate is not None:
            files = self._certificate
            names = ("ssl_server_cert_file = ", "ssl_server_key_file = ") if is_new else ("ssl_cert = <", "ssl_key = <")
            tls = f"ssl = yes\n{names[0]}{files.certificate_file}\n{names[1]}{files.key_file}"
            for path in (files.certificate_file, files.key_file):
                self._give(path)
        return (CONFIG_2_4 if is_new else CONFIG_2_3).format(
            home=self.home,
            user=self._user,
            group=grp.getgrgid(self._gid).gr_name,
            uid=self._uid,
            gid=self._gid,
            username=self.username,
            password=self.password,
            plain_port=0 if self.security == "tls" else self.port,
            tls_port=self.port if self.security == "tls" else 0,
            ssl=tls,
            capability=f"imap_capability = {self._capability}" if self._capability else "",
        )

    def _maildir(self, folder: str) -> Path:
        root = self.home / "mail" / self.username
        maildir = root if folder.upper() == "INBOX" else root / ("." + folder.replace("/", "."))
        for part in (root.parent, root, maildir, maildir / "tmp", maildir / "new", maildir / "cur"):
            if not part.exists():
                part.mkdir(mode=0o700)
                self._give(part)
        return maildir

    def _give(self, path: Path) -> None:
        if os.getuid() == 0:
            os.chown(path, self._uid, self._gid)

    def _await_start(self) -> None:
        ends = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < ends:
            try:
                socket.create_connection((self.host, self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        log = self.log()
        self.__exit__(None, None, None)
        raise RuntimeError(f"Dovecot did not start: {log[-2000:]}")


def _program() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def _version(program: str) -> str:
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
