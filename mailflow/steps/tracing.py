"""Where an error happened, without the values in it: nothing personal reaches the books, the log or an alarm."""

from __future__ import annotations

import traceback
from pathlib import Path

from mailflow.errors import MailflowError, StepFailed


def where(error: BaseException) -> str:
    """Kind and place of `error`, the innermost frame first."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in reversed(frames)]
    return f"{type(error).__name__} at " + " < ".join(places)


def as_ours(error: Exception) -> MailflowError:
    """`error` where it is one of ours; else, a fault in the code, its kind and place."""
    return error if isinstance(error, MailflowError) else StepFailed(where(error))
