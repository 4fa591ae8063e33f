"""Bodies of what the service says of itself: code lists, version, limits."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from registry.api.schemas.fields import Out

CodeText = Annotated[str, Field(max_length=40)]
Label = Annotated[str, Field(max_length=200)]
ListVersion = Annotated[str, Field(max_length=12, description="Changes when a code or a label does.")]


class CodeOut(Out):
    """A coded value."""

    code: CodeText = Field(description="What records hold.", examples=["community"])
    label_vi: Label = Field(description="Label in Vietnamese.")
    label_en: Label = Field(description="Label in English.")


class CodeListOut(Out):
    """A closed set of codes."""

    name: CodeText = Field(description="Name of the list.", examples=["modalities"])
    version: ListVersion
    codes: list[CodeOut] = Field(description="Its codes, in order.", max_length=100)


class CodeListRef(Out):
    """A code list by name and version."""

    name: CodeText = Field(description="Name of the list.", examples=["modalities"])
    version: ListVersion


class CodeListsOut(Out):
    """Every code list."""

    items: list[CodeListRef] = Field(description="The lists, by name.", max_length=100)


class QuotaOut(Out):
    """How often a caller may call."""

    name: CodeText = Field(description="Name of the quota, as in `RateLimit-Policy`.", examples=["officer"])
    requests: int = Field(description="Most requests in the window.", ge=1, le=10_000_000, examples=[300])
    seconds: int = Field(description="Length of the window, in seconds.", ge=1, le=3600, examples=[60])


class LimitsOut(Out):
    """What a request may weigh, and how many items a page may hold."""

    max_body_bytes: int = Field(description="Largest body, in bytes.", ge=1, le=2**31 - 1)
    max_push_bytes: int = Field(description="Largest body of `POST /v1/sync/push`, in bytes.", ge=1, le=2**31 - 1)
    max_push_operations: int = Field(description="Most operations in one push.", ge=1, le=1000)
    default_page_size: int = Field(description="Items on a page when nothing is said.", ge=1, le=1000)
    max_page_size: int = Field(description="Most items on a page.", ge=1, le=1000)
    request_seconds: float = Field(
        description="How long a request may take as a whole; wait longer for its answer, 30 seconds or more.",
        gt=0,
        le=600,
    )
    body_seconds: float = Field(description="How long its body may take to arrive.", gt=0, le=600)
    max_persons_per_hour: int = Field(
        description="How many different people an officer may be shown in an hour.", ge=1, le=1_000_000
    )
    max_persons_per_hour_of_systems: int = Field(
        description="The same for a province's system that calls without an officer.", ge=1, le=10_000_000
    )
    idempotency_key_days: int = Field(
        description="How long a request may be sent again under its `Idempotency-Key`. Under a record's own id it may "
        "be sent again for ever.",
        ge=1,
        le=3650,
        examples=[90],
    )
    quotas: list[QuotaOut] = Field(description="How often each process of the service may be called.", max_length=20)


class MetaOut(Out):
    """The service about itself."""

    version: str = Field(description="Version of the service.", max_length=40, examples=["0.1.0"])
    server_time: datetime = Field(description="The present instant (UTC). Devices can compare their clocks.")
    feed_epoch: UUID = Field(description="Changes when the data were restored from a backup: replicas then start anew.")
    limits: LimitsOut = Field(description="Limits of requests.")
    code_lists: list[CodeListRef] = Field(description="Every code list with its version.", max_length=100)
