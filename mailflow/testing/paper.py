"""The campaign's forms filled in, printed, stamped, and scanned or photographed. Nobody is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from PIL import Image

from mailflow.documents.grid import Grid, GridCell
from mailflow.documents.labels import place
from mailflow.model.campaign import Campaign
from mailflow.model.facts import Role
from mailflow.model.form import Form
from mailflow.model.sight import Look, Seal
from mailflow.testing.drawn import encoded
from mailflow.testing.forms import filled_form, text_of_cells
from mailflow.testing.people import Person, false_form, nobody
from mailflow.testing.printer import available, printed
from mailflow.testing.scans import as_pdf, form_page, photographed, scanned, stamped
from mailflow.testing.trials import Trial

CATEGORIES = ("outstanding-learner", "challenge-master", "model-individual", "proofreader")
"""One of each shape of a person's form."""
WIDTHS = (0.16, 0.22, 0.14, 0.28, 0.2)
LETTERS = tuple(int(width * 6.67 / 0.2) for width in WIDTHS)
"""How many Chinese letters stand side by side in each column."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """How a page is scanned: dots an inch, by how much it is skewed, without colours, or with a telephone instead."""

    dpi: int = 200
    degrees: float = 0.0
    grey: bool = False
    black_and_white: bool = False
    by_telephone: bool = False


SCANNERS: Mapping[str, Scanner] = {
    "300 dpi": Scanner(300),
    "200 dpi, skewed by 1°": Scanner(degrees=1.0),
    "200 dpi, skewed by 2.5°": Scanner(degrees=-2.5),
    "200 dpi, skewed by 5°": Scanner(degrees=5.0),
    "150 dpi": Scanner(150),
    "150 dpi, skewed by 5°": Scanner(150, degrees=-5.0),
    "100 dpi, skewed by 1°": Scanner(100, degrees=1.0),
    "200 dpi, grey": Scanner(grey=True),
    "150 dpi, black and white": Scanner(150, grey=True, black_and_white=True),
    "photographed": Scanner(by_telephone=True),
}
"""Ways of a form into a mail, by what people would call them."""


PRINTED: Mapping[str, Scanner] = {
    "printed, 200 dpi, skewed by 2.5°, seal over the figures": Scanner(degrees=-2.5),
    "printed, 150 dpi, seal over the figures": Scanner(150),
    "printed and photographed, seal over the figures": Scanner(by_telephone=True),
}
"""The same for forms that a word processor laid out, with the seal where it does not belong."""


def form_trials(campaign: Campaign, scanner: Scanner, *, rounds: int = 1, seed: int = 0) -> Iterator[Trial]:
    """Each shape of a form, `rounds` times with other people; every second one bears a seal."""
    numbers = range(10_000 + 1_000 * seed, 10_000 + 1_000 * seed + rounds * len(CATEGORIES))
    for number, category in zip(numbers, CATEGORIES * rounds, strict=True):
        yield form_trial(campaign, category, scanner, number)


def form_trial(campaign: Campaign, category: str, scanner: Scanner, seed: int) -> Trial:
    """Somebody's form on paper, drawn, as a file. An even `seed` has it sealed."""
    grid = _grid(campaign.form_of(campaign.category(category)), _said(nobody(seed)))
    title = campaign.form_title(campaign.category(category))
    sealed = seed % 2 == 0
    page = form_page(grid, title=title, dpi=scanner.dpi, widths=WIDTHS, heights=_heights(grid), seal=sealed)
    return _trial(page, campaign, category, scanner, seed, sealed=sealed)


def printed_trials(campaign: Campaign, scanner: Scanner, *, rounds: int = 1, seed: int = 0) -> Iterator[Trial]:
    """As `form_trials`, laid out by a word processor, and all with a seal over the figures."""
    first = 20_000 + 1_000 * seed
    people = list(zip(range(first, first + rounds * len(CATEGORIES)), CATEGORIES * rounds, strict=True))
    documents = [filled_form(campaign, category, _said(nobody(number))) for number, category in people]
    for page, (number, category) in zip(printed(documents, dpi=scanner.dpi), people, strict=True):
        centre = (0.36 * page.width, 0.26 * page.height)
        sealed = stamped(page, centre, radius=0.8 * scanner.dpi)
        yield _trial(sealed, campaign, category, scanner, number, sealed=True)


def _trial(page: Image.Image, campaign: Campaign, category: str, scanner: Scanner, seed: int, *, sealed: bool) -> Trial:
    """A page that went through the scanner, with what stands on it."""
    form = campaign.form_of(campaign.category(category))
    person, false = nobody(seed), false_form(nobody(seed), seed)
    keys = [key for key in person.values if form.field(key) is not None]
    truth, lies = {key: person.values[key] for key in keys}, {key: false[key] for key in keys}
    seal = Seal.UNKNOWN if scanner.grey else Seal.PRESENT if sealed else Seal.ABSENT
    if scanner.by_telephone:
        return Trial(encoded(photographed(page), quality=80), Look.PICTURE, Role.FORM_SCAN, truth, lies, seal)
    paper = scanned(page, degrees=scanner.degrees, seed=seed)
    paper = paper.convert("L") if scanner.grey else paper
    paper = paper.point(lambda value: 255 * (value > 140)) if scanner.black_and_white else paper
    return Trial(as_pdf([paper], dpi=scanner.dpi), Look.SCAN, Role.FORM_SCAN, truth, lies, seal)


def form_classes(campaign: Campaign, *, rounds: int = 1, seed: int = 0) -> Iterator[tuple[str, Iterator[Trial]]]:
    """The classes of scanned forms, by the ways they went; printed ones only where there is a word processor."""
    for number, (name, scanner) in enumerate(SCANNERS.items()):
        yield name, form_trials(campaign, scanner, rounds=rounds, seed=100 * seed + number)
    for number, (name, scanner) in enumerate(PRINTED.items() if available() is None else ()):
        yield name, printed_trials(campaign, scanner, rounds=rounds, seed=100 * seed + number)


def _said(person: Person) -> Mapping[str, str]:
    """What a person writes into a form."""
    day = f"{person.day.year}年{person.day.month}月{person.day.day}日"
    said = {key: str(value) for key, value in person.values.items()}
    return {**said, "captured_on": day, "employer": "示例市图书馆", "statement": "坚持每天学习，组织读书会三次。"} | {
        "cleared_on": f"{person.day.month}月{person.day.day}日",
        "clears_this_year": "1",
    }


def _grid(form: Form, texts: Mapping[str, str]) -> Grid:
    text_of = text_of_cells(form, texts)
    return Grid(
        tuple(
            GridCell(" ".join(text_of(cell).split()), row, column, cell.across, cell.down)
            for row, column, cell in place(form.rows)
        )
    )


def _heights(grid: Grid) -> list[float]:
    """As high as the texts of each row need, and room for the seal in the last one."""
    heights = [1.0] * grid.height
    for cell in grid.cells:
        if cell.down == 1:
            room = sum(LETTERS[cell.column : cell.column + cell.across])
            heights[cell.row] = max(heights[cell.row], 0.4 + 0.55 * ceil(len(cell.text) / max(1, room)))
    heights[-1] = max(heights[-1], 3.4)
    return heights
