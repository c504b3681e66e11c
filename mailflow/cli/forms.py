"""`mailflow forms`: the blank registration forms, drawn from the campaign file."""

from __future__ import annotations

from pathlib import Path

from mailflow.atomic import write_file
from mailflow.cli.context import Context
from mailflow.documents.blank import blank_form
from mailflow.store.cabinet import safe_name


def write_forms(context: Context, out: Path) -> None:
    """Writes one docx for each category into `out` and prints their paths."""
    campaign = context.campaign
    for category in campaign.categories:
        path = out / safe_name(f"{campaign.form_title(category)}.docx")
        write_file(path, blank_form(campaign, category), mode=0o644)
        print(path)
