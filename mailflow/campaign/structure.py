"""The shape of a campaign file: which keys it has and of what kind, checked by the schema."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

import pydantic
from pydantic_core import ErrorDetails

from mailflow.campaign.lines import Path
from mailflow.campaign.problems import Problem, nearest, unknown
from mailflow.campaign.schema import CampaignFile

ROUNDS = 8
ID = "small letters, digits and hyphens, such as model-learner"
FIELD_ID = "small letters, digits and underscores, such as total_points"
WANTED = {
    "string": "text in quotes",
    "int": "a whole number without quotes",
    "bool": "true or false",
    "list": "a list: [ … ]",
    "model": "a table: [name] above its keys, or { key = … }",
    "dict": "a table: [name] above its keys, or { key = … }",
    "too_short": "at least one",
    "greater": "a larger number",
    "less": "a smaller number",
}
PATTERNS = {"ref_prefix": "one to eight capital letters and digits, such as SX20", "by": FIELD_ID}


def read_structure(data: Mapping[str, Any]) -> tuple[CampaignFile | None, tuple[Problem, ...]]:
    """The tables of a file and what is wrong with their shape.

    Where something is wrong the tables are those that remain without it (so that the rest can be checked at the
    same time), None where nothing useful remains.
    """
    problems: dict[Path, Problem] = {}
    rest = copy.deepcopy(dict(data))
    for _ in range(ROUNDS):
        try:
            return CampaignFile.model_validate(rest), tuple(problems.values())
        except pydantic.ValidationError as error:
            errors = error.errors()
        for one in errors:
            path = _path(one)
            if not any(path[: len(known)] == known or known[: len(path)] == path for known in problems):
                problems[path] = _problem(one, path)
        if not all([_removed(rest, one) for one in errors]):
            break
    return None, tuple(problems.values())


def _path(error: ErrorDetails) -> Path:
    return tuple(part for part in error["loc"] if part != "[key]")


def _problem(error: ErrorDetails, path: Path) -> Problem:
    name, kind = str(path[-1]) if path else "", error["type"]
    if kind == "extra_forbidden":
        table = _table(path[:-1])
        return unknown(path, "key", name, table.model_fields if table else ())
    if kind == "missing":
        return Problem(path, "is missing", f"add {name} = …{_described(path)}")
    if kind in ("enum", "literal_error"):
        word = str(error["input"])
        return Problem(path, f'"{word}" is not known here', f"write {nearest(word, _choices(error))}", word)
    if kind == "value_error":
        said, _, remedy = str(error["ctx"]["error"]).partition("; ")
        return Problem(path, said, remedy)
    if kind == "string_pattern_mismatch":
        wanted = PATTERNS.get(name, FIELD_ID if "field" in path or "_" in str(error["ctx"]["pattern"]) else ID)
        return Problem(path, f'"{error["input"]}" cannot be a name here', f"write {wanted}", str(error["input"]))
    return Problem(path, f"{error['msg'][:1].lower()}{error['msg'][1:]}", f"write {_wanted(kind)}{_described(path)}")


def _wanted(kind: str) -> str:
    return next((text for start, text in WANTED.items() if kind.startswith(start)), "what the schema asks for")


def _choices(error: ErrorDetails) -> list[str]:
    return [part.strip(" '") for part in str(error["ctx"]["expected"]).replace(" or ", ", ").split(",")]


def _described(path: Path) -> str:
    table = _table(path[:-1])
    info = table.model_fields.get(str(path[-1])) if table else None
    return f" ({info.description.splitlines()[0].rstrip('.')})" if info and info.description else ""


def _table(path: Path) -> type[pydantic.BaseModel] | None:
    """The schema's table at a key path."""
    table: type[pydantic.BaseModel] | None = CampaignFile
    named = False
    for part in path:
        if isinstance(part, int):
            continue
        if named:
            named = False
            continue
        info = table.model_fields.get(part) if table else None
        annotation = info.annotation if info else None
        table = next(_tables(annotation), None)
        named = get_origin(annotation) is dict
    return table


def _tables(annotation: Any) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _tables(inner)


def _removed(data: dict[str, Any], error: ErrorDetails) -> bool:
    """Takes what is wrong out of `data`: the value itself, or the table in which something is missing."""
    path = _path(error)[:-1] if error["type"] == "missing" else _path(error)
    if not path:
        return False
    place: Any = data
    try:
        for part in path[:-1]:
            place = place[part]
        if isinstance(place, list):
            place.clear()
        else:
            del place[path[-1]]
    except (KeyError, IndexError, TypeError):
        pass  # gone already, with what was around it
    return True
