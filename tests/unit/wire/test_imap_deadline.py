"""The deadline ends a command whatever its connection does, and nothing else."""

from __future__ import annotations

import socket
import threading

from mailflow.wire.deadline import Deadline


def test_a_reader_that_waits_for_ever_sees_the_end() -> None:
    near, far = socket.socketpair()
    deadline = Deadline(0.05)
    deadline.watch(near)
    with near, far, deadline.command():
        assert near.recv(1) == b""
    assert deadline.expired
    deadline.close()


def test_a_command_that_is_done_in_time_leaves_the_connection_alone() -> None:
    near, far = socket.socketpair()
    deadline = Deadline(60)
    deadline.watch(near)
    with near, far:
        with deadline.command():
            far.sendall(b"x")
            assert near.recv(1) == b"x"
        far.sendall(b"y")
        assert near.recv(1) == b"y"
        assert not deadline.expired
        deadline.close()
        deadline.close()


def test_a_connection_that_comes_after_the_end_is_shut_at_once() -> None:
    near, far = socket.socketpair()
    deadline = Deadline(0)
    with near, far, deadline.command():
        while not deadline.expired:
            threading.Event().wait(0.001)
        deadline.watch(near)
        assert near.recv(1) == b""
    deadline.close()
