"""Whose turn it is to be answered: mails grouped by quiet minutes, within what may go out. Decides, and does nothing.

Limits hold back answers, never mails: what goes beyond an address's allowance is answered together in the last letter
of the hour, and what goes beyond the others waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeAlias

from mailflow.model.due import Due
from mailflow.model.entry import Unit
from mailflow.steps.world import Limits

FREE_MAIL = frozenset(
    {
        *(
            "163.com",
            "126.com",
            "yeah.net",
            "vip.163.com",
            "qq.com",
            "vip.qq.com",
            "foxmail.com",
            "sina.com",
            "sina.cn",
        ),
        *("sohu.com", "139.com", "189.cn", "wo.cn", "aliyun.com", "21cn.com", "tom.com", "gmail.com", "outlook.com"),
        *("hotmail.com", "live.com", "icloud.com", "yahoo.com"),
    }
)
"""Domains of everybody, where one address says nothing about the next: no limit for the domain as a whole."""


Mails: TypeAlias = list[Due]


def turns(
    due: Sequence[Due],
    *,
    now: datetime,
    limits: Limits,
    had: Mapping[str, int],
    units: Sequence[Unit] = (),
    busy: Collection[str] = (),
    at_once: bool = False,
) -> list[Mails]:
    """The mails to be answered now, one letter for each list, those that arrived first in front.

    `due` by sender and arrival; `had`: receipts of the last hour by address; `busy`: senders of whom more waits to be
    judged. `at_once` waits for nobody to be quiet.
    """
    officers = {address for unit in units for address in unit.addresses}
    ready: list[Mails] = []
    for sender, mails in groupby(due, key=lambda mail: mail.sender):
        chains = _chains(list(mails), limits.quiet)
        if not at_once:
            chains = [one for one in chains if sender not in busy and _is_quiet(one, now, limits.quiet)]
        limit = limits.replies_per_unit_hour if sender in officers else limits.replies_per_sender_hour
        ready.extend(_rolled_up(chains, max(0, limit - had.get(sender, 0)) if limit else None))
    ready.sort(key=lambda chain: (chain[0].arrived_at, chain[0].id))
    ready = _within_domains(ready, limits.replies_per_domain_hour, had, officers)
    if limits.replies_per_hour:
        ready = ready[: max(0, limits.replies_per_hour - sum(had.values()))]
    return ready


def _chains(mails: Mails, quiet: timedelta) -> list[Mails]:
    """The mails of one sender, cut where two arrivals are more than `quiet` apart; a command stands alone."""
    chains: list[Mails] = []
    for mail in mails:
        alone = mail.is_command or (bool(chains) and chains[-1][-1].is_command)
        if chains and not alone and mail.arrived_at - chains[-1][-1].arrived_at <= quiet:
            chains[-1].append(mail)
        else:
            chains.append([mail])
    return chains


def _is_quiet(mails: Mails, now: datetime, quiet: timedelta) -> bool:
    last = mails[-1]
    begun = min(last.arrived_at, last.judged_at or last.arrived_at)
    return now - begun >= quiet


def _rolled_up(chains: list[Mails], allowance: int | None) -> list[Mails]:
    """At most `allowance` receipts: what goes beyond is answered together in the last of them."""
    if allowance is None or len(chains) <= allowance:
        return chains
    if allowance == 0:
        return []
    commands = [chain for chain in chains if chain[0].is_command]
    others = [chain for chain in chains if not chain[0].is_command]
    if not others:
        return commands[:allowance]
    rest = [mail for chain in others[allowance - 1 :] for mail in chain]
    single = others[: allowance - 1]
    return [*single, *([rest] if rest else []), *commands[: max(0, allowance - len(single) - 1)]]


def _within_domains(ready: list[Mails], limit: int, had: Mapping[str, int], officers: Collection[str]) -> list[Mails]:
    """Without what goes beyond the domain's allowance; units and the domains of everybody are not counted."""
    if not limit:
        return ready
    sent: Counter[str] = Counter()
    for address, number in had.items():
        sent[_domain(address)] += number
    kept: list[Mails] = []
    for chain in ready:
        domain = _domain(chain[0].sender)
        free = domain in FREE_MAIL or chain[0].sender in officers
        if free or sent[domain] < limit:
            kept.append(chain)
            sent[domain] += 1
    return kept


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
