"""report: a consolidated report and the ledger's word of what was in it, in one transaction."""

from __future__ import annotations

from mailflow.model.occurrence import Occurrence
from mailflow.reports.letters import report_letters
from mailflow.reports.roster import Roster, build_roster
from mailflow.steps.posting import post
from mailflow.steps.world import World
from mailflow.store.books import Books


def has_addressee(world: World, occurrence: Occurrence) -> bool:
    """Whether anybody is named in the settings who gets this report."""
    return bool(world.addressees.platform if occurrence.audience == "platform" else world.addressees.organiser)


def post_report(world: World, books: Books, occurrence: Occurrence) -> int:
    """Posts the letters of a report that is due, and notes which versions it brings; says how many letters.

    0: nothing new, and the campaign wants no letter then.
    """
    roster = roster_of(world, books, occurrence)
    if roster.is_empty and _is_silent(world, occurrence):
        return 0
    if roster.is_selection:
        for row in roster.rows:
            books.reported.give_number(row.entry.ref, row.number)
    else:
        books.occurrences.number(occurrence.id, roster.series)
        for row in roster.rows:
            books.reported.add(row.entry.ref, occurrence.id, number=row.number, is_correction=row.is_correction)
            books.record(f"entry:{row.entry.ref}", "reported", world.now(), occurrence=occurrence.id, number=row.number)
    copies = [(to, True) for to in world.addressees.organiser]
    to_platform = occurrence.audience == "platform"
    recipients = [*((to, False) for to in world.addressees.platform if to_platform), *copies]
    count = 0
    for to, for_organiser in recipients:
        letters = report_letters(
            roster,
            world.campaign,
            correspondent=world.correspondent,
            to=to,
            for_organiser=for_organiser,
            content_of=world.files.get,
            now=world.now(),
            held=occurrence.held and not for_organiser,
        )
        for letter in letters:
            post(world, books, letter, occurrence=occurrence.id)
            count += 1
    return count


def roster_of(world: World, books: Books, occurrence: Occurrence) -> Roster:
    """What the report holds by the ledger, as the books stand now. Changes nothing."""
    campaign = world.campaign
    return build_roster(
        occurrence=occurrence,
        campaign=campaign,
        entries=books.entries.all(campaign.id),
        next_number=books.reported.next_number(campaign.id),
        series=books.occurrences.next_series(),
        since=books.occurrences.last_report_before(occurrence.due),
        until=occurrence.due,
        earlier=books.reported.last_fields(campaign.id),
    )


def _is_silent(world: World, occurrence: Occurrence) -> bool:
    plans = [plan for plan in world.campaign.reports if plan.id in occurrence.plans]
    return all(plan.when_empty == "silent" for plan in plans)
