"""What indicators are called and how they are defined, in both languages; kept as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from registry.api import texts
from registry.api.language import Language
from registry.domain.indicator import Indicator


@dataclass(frozen=True, slots=True)
class Wording:
    """An indicator in one language."""

    label: str
    definition: str


WORDS: Mapping[Indicator, Mapping[Language, Wording]] = MappingProxyType(
    {
        Indicator(code): {language: Wording(**entry[language]) for language in Language}
        for code, entry in texts.load("indicators").items()
    }
)
"""Every indicator's words."""
