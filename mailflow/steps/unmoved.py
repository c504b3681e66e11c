"""Imported by the readers' fork server alone: a SIGTERM to the whole group ends neither it nor its children.

The daemon finishes what is in hand and then closes their pipes; where it is killed, the pipes close by themselves.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
