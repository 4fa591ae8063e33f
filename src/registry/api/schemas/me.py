"""What a caller is told about themselves."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.schemas import examples
from registry.api.schemas.fields import Out, UnitCode
from registry.domain.access import Role, TokenScope

Name = Annotated[str, Field(max_length=1000)]
OperationId = Annotated[str, Field(max_length=100)]


class HeldGrantOut(Out):
    """A grant of the caller that is in force today."""

    id: UUID = Field(description="The grant's id; `Registry-Grant` may name it.", examples=[examples.GRANT])
    role: Role = Field(description="What the grant makes of you.", examples=[Role.COMMUNE_OFFICER])
    unit_code: UnitCode | None = Field(
        description="The unit, by its code now or at its end; null for an organisation's officers.", examples=["22015"]
    )
    unit_name: Name | None = Field(description="The unit's name, now or at its end.", examples=["Phường 1"])
    organisation_id: UUID | None = Field(description="The organisation, for its officers.")
    from_on: date = Field(description="First day on which it holds.")
    to_on: date | None = Field(description="Last day on which it holds; null without an end.")


class MeOut(Out):
    """What the service knows of the caller of this request. It holds nothing about anybody else."""

    issuer: Name = Field(description="`iss` of the token.", examples=["https://login.example"])
    subject: Name = Field(description="`sub` of the token: for whom you act.", examples=["officer-of-tuy-hoa"])
    client_id: Name = Field(description="`client_id` of the token: the software.", examples=["field-app"])
    scopes: list[TokenScope] = Field(
        description="What the token lets its bearer do. Both it and a grant are needed.",
        examples=[["registry.read"]],
        max_length=len(TokenScope),
    )
    grants: list[HeldGrantOut] = Field(description="The grants in force today.", max_length=1000)
    operations: list[OperationId] = Field(
        description="The operations that token and grants let you use, by `operationId`; show no button for another. "
        "Which people and units they reach is not said by this.",
        examples=[["get_me", "get_person", "list_persons"]],
        max_length=1000,
    )
