"""Templates -> subject, text and HTML of a letter.

A letter is a folder `templates/<language>/<letter>/` with `subject.txt`, `body.txt` and `body.html`; `letter.txt` and
`letter.html` beside these folders are the frame they extend. A file in the working folder wins over a shipped one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2

from mailflow import resources
from mailflow.errors import MailflowError
from mailflow.letters.headers import safe_header

if TYPE_CHECKING:
    from css_inline import CSSInliner


_CLASSES = re.compile(r' class="[a-z ]+"(?=[ >])')
"""Class names, of no use once the style is in the elements; a receipt has to stay small."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The three faces of a letter; `subject` is one line that is safe in a header."""

    subject: str
    text: str
    html: str


def render(name: str, language: str, values: Mapping[str, object]) -> Rendered:
    """The letter `name` in `language`, filled with `values`.

    Values are escaped in HTML and taken as they are in text: what a sender wrote must have gone through
    `masking.shown`. Raises MailflowError, naming the template and its line, where a template is missing or broken.
    """
    folders = resources.folders("templates")
    return Rendered(
        subject=safe_header(_fill(folders, f"{language}/{name}/subject.txt", values)),
        text=_tidy(_fill(folders, f"{language}/{name}/body.txt", values)),
        html=_inline(_fill(folders, f"{language}/{name}/body.html", values)),
    )


def fill(path: str, values: Mapping[str, object]) -> str:
    """The template at `path` below templates/, filled with `values`. Raises MailflowError as `render` does."""
    return _fill(resources.folders("templates"), path, values)


def _fill(folders: tuple[Path, ...], path: str, values: Mapping[str, object]) -> str:
    try:
        return _environment(folders, path.endswith(".html")).get_template(path).render(values)
    except jinja2.TemplateNotFound as error:
        raise MailflowError(f"the template templates/{error.name} is missing; put it there or reinstall") from error
    except jinja2.TemplateSyntaxError as error:
        raise MailflowError(f"templates/{error.name}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateError as error:
        raise MailflowError(f"templates/{path} cannot be filled: {error.message}") from error


@lru_cache(maxsize=8)
def _environment(folders: tuple[Path, ...], escapes: bool) -> jinja2.Environment:
    """The templates in `folders`, compiled once for text and once for HTML.

    For HTML everything escapes, the macros that text and HTML share as well: Jinja takes what a macro returns to be
    as safe as its caller.
    """
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=escapes,  # noqa: S701 - only text goes without
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=200,
    )


@lru_cache(maxsize=1)
def _inliner() -> CSSInliner:
    import css_inline

    return css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True)


def _inline(html: str) -> str:
    """`html` with its style sheet written into the elements: webmail drops style sheets."""
    lines = (line.strip() for line in _CLASSES.sub("", _inliner().inline(html)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _tidy(text: str) -> str:
    """`text` without blanks at line ends and with at most one empty line in a row."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"
