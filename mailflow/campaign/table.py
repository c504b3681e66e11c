"""What the tables of a campaign file share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
FieldId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Count = Annotated[StrictInt, Field(ge=1)]


class Table(BaseModel):
    """What all tables share: nothing unknown passes."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
