"""How well pictures and forms are read: the real eye and converter over a made-up corpus, into docs/accuracy.md.

Usage: python -m bench.accuracy [--rounds 2] [--seed 0] [--out docs/accuracy.md]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.formats import Format, formats
from mailflow.campaign.load import load_campaign
from mailflow.model.campaign import Campaign
from mailflow.sight import office
from mailflow.sight.installed import missing
from mailflow.sight.look import look_at
from mailflow.testing.paper import form_classes
from mailflow.testing.trials import Tally, Trial, look_into, scene_classes, screen_classes

CAMPAIGN = "shanxi-2020"
Classes = Iterable[tuple[str, Iterator[Trial]]]

HEAD = """\
# How well pictures are read

Written by `make accuracy` (`python -m bench.accuracy`), which draws a corpus, lets the eye look at it and counts:
{files} files in this run, by rapidocr {rapidocr} and onnxruntime {onnxruntime}. Nothing in it is a real screenshot or a
real form: the pages are drawn as the app lays them out, for five sizes of telephones, the forms from the campaign
file. **Real pictures are harder.**

- **told**: what the file is was told by what stands in it, its name saying nothing. **mistaken**: it was told wrongly.
- **right**: the value that was read is the one that was drawn. **not read**: nothing was read, or what is no value of
  its kind (a letter among digits is never mended): it is left to a person. **wrong**: another value was read.
- A value read in a picture counts only where the form says the same. So each file is held against an honest form and
  against a **false form**, in which every value differs from the truth by one digit or character. **contradicted**: so
  many values of false forms the picture speaks against. **wrong and accepted**: a wrong value that a form said too.
"""
SEALS = """
A red seal was seen on {seals} of the {sealed} pages that bear one in colour, and on {missealed} of the others.
"""
ELECTRONIC = """
## Electronic forms

The blank form of each category, filled in by its content controls and saved in that format; .doc, .wps, .rtf and .odt
are converted by LibreOffice before they are read. What is read here is used by the rules.

"""
FOOT = """
## What this does not show

- Handwriting. It cannot be told from print reliably: a value that is read in a scan alone is shown to the reviewer and
  never used.
- Cameras, papers and telephones that nobody has drawn.
- That a wrong value can never be accepted: it is where a form says the very same. {wrong} of {fields} values were read
  wrong in this run.
- The app as it looks today. Where its words have changed, they are changed in the campaign file.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and writes the page. 1 where a wrong value was accepted, 2 where no picture can be looked at here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often each class is drawn, with other people")
    parser.add_argument("--seed", type=int, default=0, help="other people, other numbers")
    parser.add_argument("--out", type=Path, default=Path("docs/accuracy.md"))
    asked = parser.parse_args(arguments)
    if lacking := missing() or office.available():
        print(lacking, file=sys.stderr)
        return 2
    campaign = load_campaign(CAMPAIGN)
    how = {"rounds": asked.rounds, "seed": asked.seed}
    screens = measured(screen_classes(**how), campaign)
    forms = measured(form_classes(campaign, **how), campaign)
    scenes = measured(scene_classes(**how), campaign)
    electronic = dict(formats(campaign))
    asked.out.write_text(page(screens, forms, scenes, electronic), encoding="utf-8")
    accepted = sum(one.accepted for one in (*screens.values(), *forms.values()))
    accepted += sum(one.wrong for one in electronic.values())
    print(f"{asked.out}: {accepted} wrong and accepted")
    return 1 if accepted else 0


def measured(classes: Classes, campaign: Campaign) -> dict[str, Tally]:
    """What became of each class; said on the way."""
    found = {}
    for name, trials in classes:
        tally = Tally()
        for trial in trials:
            tally.add(trial, look_into(trial, look_at, campaign))
        found[name] = tally
        print(f"{name}: {tally.right} right, {tally.refused} not read, {tally.wrong} wrong", *tally.errors, sep="\n  ")
        sys.stdout.flush()
    return found


def page(
    screens: dict[str, Tally], forms: dict[str, Tally], scenes: dict[str, Tally], electronic: dict[str, Format]
) -> str:
    """docs/accuracy.md."""
    read = [*screens.values(), *forms.values()]
    files = sum(one.files for one in (*read, *scenes.values()))
    seals = {key: sum(getattr(one, key) for one in forms.values()) for key in ("seals", "sealed", "missealed")}
    return "".join(
        (
            HEAD.format(files=files, rapidocr=version("rapidocr"), onnxruntime=version("onnxruntime")),
            "\n## Screenshots\n\n",
            _values_table("as it was sent", screens),
            "\n## Scanned and photographed forms\n\n",
            _values_table("as it was scanned", forms),
            SEALS.format(**seals),
            "\n## Pictures of something else\n\n",
            _table(
                ("picture of", "files", "mistaken"), [(name, one.files, one.mistold) for name, one in scenes.items()]
            ),
            ELECTRONIC,
            electronic_table(electronic),
            FOOT.format(wrong=sum(one.wrong for one in read), fields=sum(one.fields for one in read)),
        )
    )


COLUMNS = {
    "files": "files",
    "told": "told",
    "mistold": "mistaken",
    "fields": "values",
    "right": "right",
    "refused": "not read",
    "wrong": "wrong",
    "exposed": "contradicted",
    "accepted": "wrong and accepted",
}


def _values_table(first: str, classes: dict[str, Tally]) -> str:
    rows = [(name, *(getattr(one, key) for key in COLUMNS)) for name, one in classes.items()]
    total = [sum(getattr(one, key) for one in classes.values()) for key in COLUMNS]
    return _table((first, *COLUMNS.values()), [*rows, ("**together**", *(f"**{number}**" for number in total))])


def electronic_table(classes: dict[str, Format]) -> str:
    """The section of forms that are no pictures."""
    rows = [(name, one.files, one.fields, one.right, one.refused, one.wrong) for name, one in classes.items()]
    return _table(("format", "files", "values", "right", "not read", "wrong"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
