"""Options that several commands share."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer

from registry.domain.access import Role


def role_of(name: str) -> Role:
    """Read a role written with hyphens or underscores."""
    try:
        return Role(name.replace("-", "_"))
    except ValueError:
        known = ", ".join(role.value.replace("_", "-") for role in Role)
        raise typer.BadParameter(f"{name!r} is no role: {known}") from None


RoleOption = Annotated[
    Role, typer.Option("--role", parser=role_of, metavar="ROLE", help="For example commune-officer.")
]
OnOption = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="A day on which the unit had this code; today or its last one."),
]
OrganisationOption = Annotated[
    UUID | None, typer.Option("--organisation", help="Id of the organisation; facility and network officers only.")
]
SubjectOption = Annotated[str, typer.Option("--subject", help="`sub` of the tokens.")]
IssuerOption = Annotated[
    str | None, typer.Option("--issuer", help="`iss` of the tokens; where one is configured, that one.")
]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on.")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
