"""The scales on which clubs are rated, by programme and years: data, since each programme sets its own."""

import tomllib
from functools import cache
from importlib.resources import files

from registry.domain.rating import Grade, Scale


@cache
def load() -> tuple[Scale, ...]:
    """Read the scales that the service ships with."""
    listed = tomllib.loads((files("registry") / "data" / "network" / "rating_scales.toml").read_text(encoding="utf-8"))
    return tuple(
        Scale(
            programme=scale["programme"],
            first_year=scale["first_year"],
            last_year=scale.get("last_year"),
            source=scale["source"],
            grades=tuple(Grade(each["code"], each["rank"], each["vi"], each["en"]) for each in scale["grades"]),
        )
        for scale in listed["scales"]
    )
