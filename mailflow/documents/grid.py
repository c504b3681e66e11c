"""What every reader gives: lines of text and tables, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MOST_ROWS = 2_000
MOST_COLUMNS = 100
MOST_CELLS = 20_000
MOST_CHARS = 100_000
"""Bounds of what is read of one document: a form has some fifty cells."""


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: its text (lines parted by line feeds), the row and column it begins at, and what it covers."""

    text: str
    row: int
    column: int
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Cells come row by row; merged ones are one cell."""

    cells: tuple[GridCell, ...]
    _at: dict[tuple[int, int], GridCell] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for cell in self.cells:
            for row in range(cell.row, min(cell.row + cell.down, MOST_ROWS)):
                for column in range(cell.column, min(cell.column + cell.across, MOST_COLUMNS)):
                    self._at.setdefault((row, column), cell)

    def at(self, row: int, column: int) -> GridCell | None:
        """The cell that covers this place, None beyond the table."""
        return self._at.get((row, column))

    def right_of(self, cell: GridCell) -> Iterator[GridCell]:
        """The cells right of `cell` in its own rows, row by row, each once."""
        seen: set[int] = {id(cell)}
        for row in range(cell.row, cell.row + cell.down):
            column = cell.column + cell.across
            while (found := self.at(row, column)) is not None:
                if id(found) not in seen:
                    seen.add(id(found))
                    yield found
                column = max(column + 1, found.column + found.across)

    def beside(self, cell: GridCell) -> GridCell | None:
        """The next cell to the right in the cell's first row."""
        return self.at(cell.row, cell.column + cell.across)

    def under(self, cell: GridCell) -> GridCell | None:
        """The next cell below, at the cell's first column."""
        return self.at(cell.row + cell.down, cell.column)

    @property
    def height(self) -> int:
        """How many rows there are."""
        return max((cell.row + cell.down for cell in self.cells), default=0)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max((cell.column + cell.across for cell in self.cells), default=0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document as read: lines outside tables, and tables, in order. `pictures` counts pictures within."""

    blocks: tuple[str | Grid, ...]
    pictures: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines outside tables."""
        return tuple(block for block in self.blocks if isinstance(block, str))

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The tables."""
        return tuple(block for block in self.blocks if isinstance(block, Grid))

    @property
    def is_blank(self) -> bool:
        """Whether there is no text at all."""
        return not any(line.strip() for line in self.lines) and not any(
            cell.text.strip() for grid in self.grids for cell in grid.cells
        )


def stack(grids: Iterable[Grid]) -> Grid:
    """The tables one under the other as one: forms are often cut in two by a page."""
    cells: list[GridCell] = []
    top = 0
    for grid in grids:
        cells += [GridCell(c.text, c.row + top, c.column, c.across, c.down) for c in grid.cells]
        top += grid.height
    return Grid(tuple(cells))


def grid_from_rows(rows: Iterable[Iterable[str]]) -> Grid:
    """A table without merged cells from its texts."""
    return Grid(
        tuple(GridCell(text, row, column) for row, texts in enumerate(rows) for column, text in enumerate(texts))
    )
