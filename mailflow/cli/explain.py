"""`mailflow explain`: judges one message and shows entry, findings and reply. Writes nothing that stays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mailflow.cli.context import Context
from mailflow.cli.output import fields_json, finding_json, local, print_json, shown
from mailflow.cli.progress import counted
from mailflow.errors import SettingsError
from mailflow.letters.answered import Answered
from mailflow.letters.command import compose_command_answer
from mailflow.letters.receipt import compose_receipt
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Facts
from mailflow.model.judgement import Judgement
from mailflow.model.letter import Letter
from mailflow.model.message import Message
from mailflow.model.sight import Look, Sight
from mailflow.settings import Settings
from mailflow.steps.answer import blank_part
from mailflow.steps.eyes import Eyes, LookTask
from mailflow.steps.judging import decide
from mailflow.steps.readers import Failed, Readers, warm_up
from mailflow.steps.reading import FILES_UNREAD, Reading, Task, read_spooled
from mailflow.store.spool import Spool
from mailflow.wiring import build_eyes, correspondent_of, own_addresses, people_first_of, units_of

MailReaders = Readers[Task, Reading]

Read = Callable[[bytes, Campaign], Reading]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One message, judged alone, and the reply it would get (None: `judgement.silence` says why)."""

    message: Message
    facts: Facts
    judgement: Judgement
    arrived_at: datetime
    reply: Letter | None


def explain_file(context: Context, file: Path, *, as_json: bool) -> None:
    """Prints the judgement of the message in `file`. Raises SettingsError where it cannot be read."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from error
    warm_up()
    explanation = explain(context, raw)
    if as_json:
        print_json(explanation_json(explanation, context.campaign))
    else:
        _print(explanation, context.campaign)


def explain(context: Context, raw: bytes, *, read: Read | None = None) -> Explanation:
    """Judges the message of these bytes as if nothing else had ever come. `read`: None reads in a child process."""
    settings, campaign = context.settings, context.campaign
    reading = read(raw, campaign) if read else read_in_children(raw, campaign, settings)
    message = reading.message
    arrived_at = message.received_at or context.clock.now()
    units = units_of(settings)
    judgement = decide(
        reading,
        campaign,
        arrived_at=arrived_at,
        units=units,
        own_addresses=own_addresses(settings),
        authserv_id=settings.imap.authserv_id if settings.imap else "",
        books=None,
    )
    return Explanation(message, reading.facts, judgement, arrived_at, _reply(context, message, judgement, arrived_at))


def read_in_children(raw: bytes, campaign: Campaign, settings: Settings) -> Reading:
    """Reads the bytes as the daemon would, in child processes with limits, and looks at all that wants a slow look."""
    with tempfile.TemporaryDirectory(prefix="mailflow-") as folder:
        spool, files = Spool(Path(folder) / "spool"), Spool(Path(folder) / "files")
        [sha256] = spool.put([raw])
        with MailReaders(read_spooled, (spool, files, campaign), count=1) as readers:
            reading = _read(readers, Task(sha256))
            looks = {one.sha256: one.look for one in reading.facts.files if one.look is not None}
            sights = _look_at(looks, build_eyes(settings, files), files)
            return _read(readers, Task(sha256, sights=sights)) if sights else reading


def _read(readers: MailReaders, task: Task) -> Reading:
    [(_, result)] = readers.read([task])
    if isinstance(result, Failed) and result.died:
        [(_, result)] = readers.read([replace(task, defect=FILES_UNREAD)])
    if isinstance(result, Failed):
        raise SettingsError(f"the message cannot be read: {result.error}")
    return result


def _look_at(looks: Mapping[str, Look], eyes: Eyes, files: Spool) -> tuple[Sight, ...]:
    """What is seen in the files, as far as they can be looked at here; a terminal shows how far it is."""
    wanted = [LookTask(sha256, look) for sha256, look in looks.items() if look in eyes.looks]
    with counted("files looked at", len(wanted)) as tell:
        sights = []
        for sight in eyes.look_at_all(wanted, files):
            sights.append(sight)
            tell()
    eyes.close()
    return tuple(sights)


def _reply(context: Context, message: Message, judgement: Judgement, arrived_at: datetime) -> Letter | None:
    if judgement.silence is not None or judgement.disposition.value == "ignored" or not message.sender:
        return None
    settings, campaign = context.settings, context.campaign
    unit = next((unit for unit in units_of(settings) if message.sender in unit.addresses), None)
    answered = Answered(
        message_id=message.message_id,
        references=message.references,
        subject=message.subject,
        sender=message.sender,
        sender_name=message.sender_name,
        arrived_at=arrived_at,
        judgement=judgement,
        refs=tuple(None for _ in judgement.submissions),
        first_arrived=tuple(arrived_at for _ in judgement.submissions),
    )
    if judgement.command is not None:
        return compose_command_answer(
            answered,
            (),
            campaign=campaign,
            correspondent=correspondent_of(settings),
            key="explain",
            now=arrived_at,
            blank_form=blank_part(campaign, judgement.command.category) if judgement.command.category else None,
        )
    return compose_receipt(
        [answered],
        campaign=campaign,
        correspondent=correspondent_of(settings),
        key="explain",
        unit=unit,
        now=arrived_at,
        first_letter=True,
        blank_form=None,
        people_first=people_first_of(settings),
    )


def explanation_json(explanation: Explanation, campaign: Campaign) -> dict[str, Any]:
    """The explanation as the contract has it."""
    message, judgement, reply = explanation.message, explanation.judgement, explanation.reply
    roles = {one.sha256: one.role.value for one in explanation.facts.files}
    document: dict[str, Any] = {
        "disposition": judgement.disposition,
        "reason": judgement.reason,
        "message": {
            "sender": message.sender,
            "subject": message.subject,
            "message_id": message.message_id,
            "arrived_at": local(explanation.arrived_at, campaign.zone),
            "sha256": message.sha256,
            "attachments": [_attachment(one, roles) for one in message.attachments],
        },
        "findings": [finding_json(one) for one in judgement.findings],
        "submissions": [
            {
                "applicant": one.applicant,
                "category": one.category,
                "unit": one.unit,
                "verdict": one.verdict,
                "fields": fields_json(one.fields),
                "findings": [finding_json(finding) for finding in one.findings],
            }
            for one in judgement.submissions
        ],
        "reply": {"to": reply.to, "subject": reply.subject, "text": reply.text} if reply else None,
    }
    if reply is None:
        document["silence"] = judgement.silence
    return document


def _attachment(attachment: Any, roles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "filename": attachment.filename,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "media_type": attachment.media_type,
        "role": roles.get(attachment.sha256, "unknown"),
        "inside": attachment.inside,
    }


def _print(explanation: Explanation, campaign: Campaign) -> None:
    """The same for people."""
    message, judgement = explanation.message, explanation.judgement

    _say("from", message.sender)
    _say("subject", message.subject)
    _say("arrived", local(explanation.arrived_at, campaign.zone))
    _say("disposition", judgement.disposition.value + (f" ({judgement.reason})" if judgement.reason else ""))
    for file, fact in zip(message.attachments, explanation.facts.files, strict=True):
        _say(
            "file",
            f"{file.filename or '(no name)'}  {file.media_type}  {file.size} bytes  {fact.role} ({fact.told_by})",
        )
    for finding in judgement.findings:
        _say(finding.severity.value, f"{finding.code}  {finding.text}")
    for one in judgement.submissions:
        print()
        _say("submission", f"{one.applicant}  {campaign.category(one.category).name}  {one.verdict}")
        for field, value in one.fields.items():
            _say(f"  {field}", value)
        for finding in one.findings:
            where = f" [{finding.where}]" if finding.where else ""
            _say(f"  {finding.severity}", f"{finding.code}{where}  {finding.text}")
    print()
    if explanation.reply is None:
        _say("reply", f"none ({judgement.silence})")
    else:
        _say("reply to", explanation.reply.to)
        _say("reply subject", explanation.reply.subject)
        print("\n" + explanation.reply.text)


def _say(label: str, value: object) -> None:
    print(f"{label + ':':<16}{shown(value)}")
