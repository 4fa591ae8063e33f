"""The service about itself: version, time, limits, epoch."""

from fastapi import APIRouter, Request

from registry import __version__
from registry.api import problems
from registry.api.code_lists import code_lists
from registry.api.deps import Reader, visit_of
from registry.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from registry.api.quotas import RateLimits
from registry.api.schemas.push import MOST_OPERATIONS
from registry.api.schemas.service import CodeListRef, LimitsOut, MetaOut, QuotaOut
from registry.api.strict_json import StrictRoute
from registry.api.tags import Tag
from registry.db import state
from registry.domain.idempotency import KEPT_FOR
from registry.settings import Settings

router = APIRouter(tags=[Tag.SERVICE], route_class=StrictRoute)


@router.get(
    "/v1/meta",
    summary="Read about the service",
    responses=problems.responses(*problems.WITH_TOKEN),
)
async def get_meta(actor: Reader, request: Request) -> MetaOut:
    """Version, time, limits, the feed's epoch and the versions of all code lists."""
    settings: Settings = request.app.state.settings
    rate_limits: RateLimits = request.app.state.rate_limits
    return MetaOut(
        version=__version__,
        server_time=actor.at,
        feed_epoch=await state.feed_epoch(visit_of(request).session),
        limits=LimitsOut(
            max_body_bytes=settings.max_body_bytes,
            max_push_bytes=settings.max_push_bytes,
            max_push_operations=MOST_OPERATIONS,
            default_page_size=DEFAULT_LIMIT,
            max_page_size=MAX_LIMIT,
            request_seconds=settings.request_timeout_seconds,
            body_seconds=settings.body_timeout_seconds,
            max_persons_per_hour=settings.max_persons_per_hour,
            max_persons_per_hour_of_systems=settings.max_persons_per_hour_of_systems,
            idempotency_key_days=KEPT_FOR.days,
            quotas=[
                QuotaOut(name=policy, requests=quota.requests, seconds=quota.seconds)
                for policy, quota in rate_limits.quotas.items()
            ],
        ),
        code_lists=[CodeListRef.model_validate(codes) for codes in code_lists().values()],
    )
