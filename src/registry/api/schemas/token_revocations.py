"""Bodies of token revocations."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.schemas import examples
from registry.api.schemas.fields import In, Line, Out, RecordNewId
from registry.domain.client import RevocationReason

Subject = Annotated[
    Line, Field(description="`sub` of the tokens, as it stands in the grants.", examples=["officer-of-tuy-hoa"])
]
Reason = Annotated[
    RevocationReason,
    Field(
        description="Why; codes are those of the list `revocation_reasons`.", examples=[RevocationReason.DEVICE_LOST]
    ),
]


class TokenRevocationIn(In):
    """Whose tokens are to be refused from now on, and why."""

    id: RecordNewId = Field(
        description="The revocation's id, made by the client (UUIDv4 or v7). Sending the same body again is safe and "
        "does not end tokens that were issued in between.",
        examples=[examples.REVOCATION],
    )
    issuer: Line | None = Field(default=None, description="`iss` of the tokens; without it, that of yours.")
    subject: Subject
    reason: Reason


class TokenRevocationOut(Out):
    """Tokens of a subject that no longer count."""

    id: UUID = Field(description="The revocation's id.")
    issuer: str = Field(description="`iss` of the tokens.", max_length=200)
    subject: Subject
    reason: Reason
    revoked_at: datetime = Field(description="Tokens issued before this instant (UTC) are refused.")
    revoked_by: str = Field(description="Who ended them: issuer and subject.", max_length=1000)
