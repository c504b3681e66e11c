"""Reading gone wrong in every way, told by the mail's text: what the readers' children are tested with."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import warnings

from mailflow.errors import StoreError
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts
from mailflow.model.message import Message
from mailflow.steps.reading import Reading, Task, keep_files
from mailflow.store.spool import Spool

LONG = 3600.0


def read_badly(task: Task, spool: Spool, files: Spool, campaign: Campaign) -> Reading:
    """Does what the mail says: exit, hang, burn, eat, kill, write, raise, full, log, odd; any other is read."""
    word = spool.get(task.sha256).decode().split()[0]
    if word == "exit":
        os._exit(3)
    if word == "hang":
        time.sleep(LONG)
    if word == "burn":
        while True:
            pass
    if word == "eat":
        return Reading(bytes(8 * 1024**3), Facts(()))  # type: ignore[arg-type]
    if word == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "write":
        keep_files(files, {"0" * 64: b"x" * 1_000_000})
    if word == "raise":
        raise ValueError("王小明 13800000000")
    if word == "full":
        raise StoreError("the disk is full")
    if word == "log":
        logging.getLogger("library").error("王小明 13800000000")
        warnings.warn("王小明 13800000000", stacklevel=1)
    subject = "unsendable" if word == "odd" else word
    message = Message(task.sha256, 1, None, "a@unit.example", "", subject)
    return Reading(message, Facts(()) if word != "odd" else sys)  # type: ignore[arg-type]
