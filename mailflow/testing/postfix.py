"""A private Postfix on loopback that delivers every letter into one maildir, and smtp-sink, its smaller brother.

`Postfix` is the real queue and its delivery agent; its master must be started by root. `SmtpSink` (smtp-sink(1), from
the same package) runs for anybody. Both live in a temporary folder of their own, ask no name server and leave the
system's Postfix alone, which need not run or be configured.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from mailflow.testing.certificates import Certificate
from mailflow.testing.smtp_process import SEARCH_PATH, SmtpProcess

INSTALL = "install it (Debian: apt-get install postfix)"
OWNER, DROPPERS = "postfix", "postdrop"
"""User and group of a queue, as the package makes them."""
READER = "nobody"
"""Whom the delivered letters belong to: the delivery agent refuses to write as root."""

_MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = {home}/log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.example
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
local_recipient_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = {home}/mail
virtual_mailbox_limit = 0
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
message_size_limit = {max_bytes}
mailbox_size_limit = 0
in_flow_delay = 0
"""

_TLS = """\
smtpd_tls_security_level = may
smtpd_tls_chain_files = {key_file}, {certificate_file}
smtpd_tls_auth_only = yes
"""

# Service, type, private, unprivileged, chroot, wake-up, most processes, command (master(5)); nothing is chrooted.
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


def available() -> str | None:
    """Why no private Postfix can run here; None when it can."""
    if shutil.which("postfix", path=SEARCH_PATH) is None:
        return f"postfix is not installed: {INSTALL}"
    if os.geteuid() != 0:
        return "a private Postfix can only be started by root: run these tests as root, or in a container"
    try:
        pwd.getpwnam(OWNER), grp.getgrnam(DROPPERS)
    except KeyError:
        return f"postfix is not installed whole (user {OWNER}, group {DROPPERS}): {INSTALL}"
    return None


def sink_available() -> str | None:
    """Why smtp-sink cannot run here; None when it can. It needs no root."""
    return None if shutil.which("smtp-sink", path=SEARCH_PATH) else f"smtp-sink is not installed: {INSTALL}"


class Postfix(SmtpProcess):
    """The real queue and delivery. With `certificate` it offers STARTTLS."""

    arrivals = "mail/all/new"

    def __init__(self, *, max_bytes: int = 32 * 1024 * 1024, certificate: Certificate | None = None) -> None:
        super().__init__()
        self._max_bytes = max_bytes
        self._certificate = certificate

    def _prepare(self) -> list[str]:
        reader = pwd.getpwnam(READER)
        main = _MAIN.format(home=self.home, max_bytes=self._max_bytes, uid=reader.pw_uid, gid=reader.pw_gid)
        if self._certificate is not None:
            key_file, certificate_file = self._certificate.key_file, self._certificate.certificate_file
            main += _TLS.format(key_file=key_file, certificate_file=certificate_file)
        settings = {"main.cf": main, "master.cf": _MASTER.format(port=self.port)}
        (self.home / "etc").mkdir()
        for name, text in settings.items():
            (self.home / "etc" / name).write_text(text)
            os.utime(self.home / "etc" / name, (0, 0))  # Postfix waits for seconds before it trusts a file this young
        (self.home / "mail").mkdir()
        os.chown(self.home / "mail", reader.pw_uid, reader.pw_gid)
        self._make_queue()
        return [_master(), "-c", str(self.home / "etc"), "-d"]

    def _make_queue(self) -> None:
        """The folders of postfix-files(5), which `postfix start` would look through one by one for a second."""
        owner, droppers = pwd.getpwnam(OWNER).pw_uid, grp.getgrnam(DROPPERS).gr_gid
        (self.home / "queue/pid").mkdir(parents=True)
        private = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved")
        for name in ("data", *(f"queue/{queue}" for queue in (*private, "trace"))):
            (self.home / name).mkdir(mode=0o700)
            os.chown(self.home / name, owner, -1)
        for name, mode in (("queue/public", 0o710), ("queue/maildrop", 0o730)):
            (self.home / name).mkdir()
            os.chown(self.home / name, owner, droppers)
            (self.home / name).chmod(mode)


class SmtpSink(SmtpProcess):
    """smtp-sink(1): takes every letter and delivers none; each is dumped into a file with its envelope above.

    A dump ends with an empty line more than the letter had.
    """

    arrivals = "mail"

    def _prepare(self) -> list[str]:
        folder = self.home / "mail"
        folder.mkdir()
        command = ["smtp-sink", "-d", str(folder / "letter."), f"{self.host}:{self.port}", "128"]
        if os.geteuid() == 0:  # it refuses to work as root
            reader = pwd.getpwnam(READER)
            os.chown(folder, reader.pw_uid, reader.pw_gid)
            command[1:1] = ["-u", READER]
        return command


def _master() -> str:
    """Postfix' master(8), wherever this system keeps it."""
    asked = ["postconf", "-dh", "daemon_directory"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True, env={"PATH": SEARCH_PATH})  # noqa: S603
    return str(Path(found.stdout.strip()) / "master")
