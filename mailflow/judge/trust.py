"""What follows where a sender's domain disowns a mail: it may open an entry, but changes none and gets no answer."""

from __future__ import annotations

from dataclasses import replace

from mailflow.intake.authenticity import Trust
from mailflow.judge.found import finding
from mailflow.judge.phrase import say
from mailflow.model.campaign import Campaign, Severity
from mailflow.model.entry import Relation
from mailflow.model.judgement import Disposition, Judgement

CODE = "sender.unauthenticated"
CHANGES = frozenset({Relation.VERSION, Relation.KEPT_ASIDE})


def with_trust(judgement: Judgement, trust: Trust, campaign: Campaign) -> Judgement:
    """The judgement with the reviewer's warning, held where the mail would change what is held already."""
    if trust is not Trust.FAILED or judgement.disposition is Disposition.IGNORED:
        return judgement
    warning = finding(campaign, CODE, Severity.WARNING)
    silent = replace(judgement, silence=judgement.silence or "unauthenticated")
    changes = any(one.relation in CHANGES for one in judgement.submissions)
    if changes or judgement.disposition is Disposition.COMMAND:
        return replace(
            silent,
            disposition=Disposition.HELD,
            reason=say(campaign, "held.unauthenticated"),
            submissions=(),
            command=None,
            findings=(*judgement.findings, warning),
        )
    submissions = tuple(replace(one, findings=(*one.findings, warning)) for one in judgement.submissions)
    findings = judgement.findings if submissions else (*judgement.findings, warning)
    return replace(silent, submissions=submissions, findings=findings)
