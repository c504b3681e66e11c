"""Whether what a late look at the files showed is worth a second letter."""

from __future__ import annotations

from mailflow.model.judgement import Judgement


def must_act(before: Judgement, after: Judgement) -> bool:
    """Whether the sender must do something that the first answer did not say."""
    told = {(one.code, one.where, one.text) for said in before.submissions for one in said.findings}
    return any(
        (one.code, one.where, one.text) not in told and not one.for_reviewer
        for said in after.submissions
        for one in said.findings
    )
