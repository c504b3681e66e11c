"""The command line. Exit codes: 0 done, 1 refused or failed (one clear line on stderr), 2 wrong usage."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the `mailflow` command."""
    from mailflow.errors import MailflowError

    try:
        from mailflow.cli.app import app

        app()
    except MailflowError as error:
        sys.exit(_say(str(error)))
    except BrokenPipeError:  # the reader of our output has left, as `head` does
        sys.stderr.close()
        sys.exit(1)
    except PermissionError as error:
        sys.exit(_say(f"{error.filename}: {error.strerror}"))


def _say(text: str) -> int:
    for line in text.splitlines():
        print(f"mailflow: {line}", file=sys.stderr)
    return 1
