"""Content controls in a blank form (ISO/IEC 29500-1 §17.5.2): where a value is typed, marked with its field's id.

They lie within a line and take any text: of controls for plain text, and of those around a paragraph or a cell,
LibreOffice 7.4 writes the content three more times when it saves the document.
"""

from __future__ import annotations

import re
from typing import Any

from mailflow.model.form import Field

BLANK = "\u2003\u2003"
"""What an empty control shows where nothing is printed: enough to be clicked at."""
_ROOM = re.compile(r"(?<=[（(])[^（()）]*(?=[）)])")
"""The blank between the brackets of a printed sentence: 这是本年度第（    ）次填报通关。"""


def add_control(cell: Any, field: Field, printed: str, *, number: int) -> None:
    """Puts a control for `field` into the docx cell in which `printed` stands. `number`: no other control's.

    It takes the blank in a sentence that has one (where the field is sought by a pattern), stands above the sentence
    that has none, and else takes the place of what is printed.
    """
    paragraph = cell.paragraphs[0]
    room = _ROOM.search(printed) if field.pattern else None
    if room is not None:
        [run] = paragraph.runs
        run.text = printed[: room.start()]
        control = _control(field, room[0], number)
        run._r.addnext(control)
        paragraph.add_run(printed[room.end() :])
    elif field.pattern and printed:
        above = paragraph.insert_paragraph_before()
        above.paragraph_format.space_after = 0
        above._p.append(_control(field, BLANK, number))
    else:
        for run in paragraph.runs:
            run._r.getparent().remove(run._r)
        paragraph._p.append(_control(field, printed or BLANK, number))


def _control(field: Field, shown: str, number: int) -> Any:
    """A control that shows `shown` while it is empty."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    control, properties, content = (OxmlElement(name) for name in ("w:sdt", "w:sdtPr", "w:sdtContent"))
    for name, value in (("alias", field.label), ("tag", field.id), ("id", str(number + 1)), ("lock", "sdtLocked")):
        element = OxmlElement(f"w:{name}")
        element.set(qn("w:val"), value)
        properties.append(element)
    properties.append(OxmlElement("w:showingPlcHdr"))
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = shown
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    content.append(run)
    control.append(properties)
    control.append(content)
    return control
