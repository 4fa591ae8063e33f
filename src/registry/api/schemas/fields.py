"""Building blocks of bodies: strict input, complete output, text without control characters."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """A response body: every field is always present."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


_LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"

Line = Annotated[str, StringConstraints(pattern=_LINE, min_length=1, max_length=200, strip_whitespace=True)]
"""One line of text, 1 to 200 characters, no control characters."""

Text = Annotated[str, StringConstraints(pattern=_TEXT, min_length=1, max_length=4000, strip_whitespace=True)]
"""Several lines of text, 1 to 4,000 characters; tab and line breaks are the only control characters."""
