"""The golden answer of a sample: what `mailflow explain --json` says of it, reduced to what stays."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from mailflow.campaign.load import load_campaign
from mailflow.cli.context import Context
from mailflow.cli.explain import explain, explanation_json
from mailflow.model.campaign import Campaign
from mailflow.settings import Settings
from mailflow.steps.reading import Reading, read_bytes

AT = "2020-08-24T10:32:00+08:00"


def judged(raw: bytes) -> str:
    """The stable parts of judgement and reply as JSON text; read in this process, judged as without a settings file."""
    campaign = _context().campaign
    explanation = explain(_context(), raw, read=_read)
    return json.dumps(reduced(explanation_json(explanation, campaign)), ensure_ascii=False, indent=1) + "\n"


@lru_cache(maxsize=1)
def _context() -> Context:
    context = Context(at=AT)
    context.__dict__ |= {"settings": Settings(), "campaign": load_campaign("shanxi-2020")}
    return context


def _read(raw: bytes, campaign: Campaign) -> Reading:
    unpacked, facts = read_bytes(raw, campaign)
    return Reading(unpacked.message, facts)


def reduced(document: dict[str, Any]) -> dict[str, Any]:
    """The parts of an explanation that stay the same from one run to the next."""
    message, reply = document["message"], document["reply"]
    return {
        "disposition": document["disposition"],
        "reason": document["reason"],
        "silence": document.get("silence"),
        "sender": message["sender"],
        "subject": message["subject"],
        "attachments": [
            {key: one[key] for key in ("filename", "inside", "media_type", "role")} for one in message["attachments"]
        ],
        "findings": [_finding(one) for one in document["findings"]],
        "submissions": [
            {
                "applicant": one["applicant"],
                "category": one["category"],
                "unit": one["unit"],
                "verdict": one["verdict"],
                "findings": [_finding(finding) for finding in one["findings"]],
            }
            for one in document["submissions"]
        ],
        "reply": reply and {"to": reply["to"], "subject": reply["subject"], "text": reply["text"].splitlines()},
    }


def _finding(finding: dict[str, Any]) -> str:
    return " ".join(filter(None, (finding["severity"], finding["code"], finding["where"] and f"({finding['where']})")))
