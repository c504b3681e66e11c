"""What reviewers should know beside the mail itself: other senders, other categories, home areas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from mailflow.judge.found import Found, finding, weighed
from mailflow.judge.names import same_name
from mailflow.judge.people import MOBILE
from mailflow.judge.phrase import listed, quoted, say
from mailflow.judge.standing import CONFLICT, Standing, in_conflict, may_be_one
from mailflow.model.campaign import Campaign, Category, Severity
from mailflow.model.entry import EntryStatus, Known, Relation
from mailflow.model.facts import Value

HomeArea = Callable[[str], str | None]
"""Gives the home area of a mobile number, None where it is not known."""


def check_others(campaign: Campaign, category: Category, standing: Standing, known: Known, sender: str) -> Found:
    """`conflict.other-sender` (held): a new one, or one that stands until a person settles it."""
    entry = standing.entry
    if entry is None or entry.settled:
        return Found()
    if standing.relation is Relation.VERSION and in_conflict(entry):
        return weighed([one for one in entry.findings if one.code == CONFLICT])
    if standing.relation is not Relation.CONFLICT:
        return Found()
    form = campaign.form(category.form)
    fields = [field.label if (field := form.field(one)) is not None else one for one in standing.contradictions]
    phrase = "conflict.differs" if fields else "conflict.unproven"
    why = [say(campaign, phrase, fields=listed(campaign, fields))]
    for key, address in (("conflict.unit-here", sender), ("conflict.unit-there", entry.sender)):
        unit = known.unit_of(address)
        if unit is not None:
            why.append(say(campaign, key, unit=quoted(unit.name)))
    return weighed([finding(campaign, CONFLICT, Severity.ERROR, ref=entry.ref, why="".join(why))])


def check_other_categories(
    campaign: Campaign,
    category: Category,
    applicant: str,
    fields: Mapping[str, Value],
    study_id: str | None,
    *,
    known: Known,
    in_this_mail: Iterable[str],
) -> Found:
    """`person.other-category`: another category of a group that allows one each. `in_this_mail`: ids beside it."""
    group = next((one for one in campaign.groups if one.id == category.group), None)
    if group is None or not group.one_each:
        return Found()
    rivals = {one.id: one.name for one in campaign.categories if one.group == group.id and one.id != category.id}
    found = {one: "" for one in in_this_mail if one in rivals}
    for entry in known.entries:
        if entry.category not in rivals or entry.status is EntryStatus.WITHDRAWN:
            continue
        if same_name(entry.applicant, applicant) and may_be_one(
            study_id, entry.study_id, fields.get(MOBILE), entry.fields.get(MOBILE)
        ):
            found[entry.category] = entry.ref
    names = [
        say(campaign, "check.with-ref", name=rivals[one], ref=ref) if ref else rivals[one] for one, ref in found.items()
    ]
    if not names:
        return Found()
    others = listed(campaign, names)
    return weighed([finding(campaign, "person.other-category", Severity.WARNING, categories=others)])


def check_home_area(campaign: Campaign, fields: Mapping[str, Value], home_area: HomeArea | None) -> Found:
    """`person.phone-outside-province`: the mobile number's home area is elsewhere or not known."""
    mobile = fields.get(MOBILE)
    if home_area is None or campaign.home_region is None or mobile is None:
        return Found()
    area = home_area(str(mobile))
    if area is not None and campaign.home_region in area:
        return Found()
    code = "person.phone-outside-province"
    phrase = "" if area else "person.phone-unknown"
    return weighed([finding(campaign, code, Severity.WARNING, where=MOBILE, phrase=phrase, area=area or "")])
