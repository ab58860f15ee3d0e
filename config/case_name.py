"""What a case is called where a person speaks of it: province, city where it is known, and the community's name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.naming import community_key, folded


@dataclass(frozen=True)
class CaseName:
    """The name of a case; it means every case of that province whose name and city can be this one."""

    province: str
    city: str | None
    community: str

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "CaseName":
        """Return the name that a decision holds: {province, city, community}."""
        return cls(value["province"], value.get("city"), value["community"])

    @property
    def key(self) -> tuple[str, str]:
        """What is equal for all names that can mean the same case."""
        return self.province, community_key(self.community)

    def means(self, other: "CaseName") -> bool:
        """Tell whether two names can mean the same case: a city that is not said leaves it open."""
        same_city = self.city is None or other.city is None or self.city == other.city
        return self.key == other.key and same_city

    def is_written(self, text: str) -> bool:
        """Tell whether a person's words name it: 春江花园, 浙江/春江花园 or 浙江/杭州市/春江花园.

        A community's own name may hold a slash.
        """
        rest = _without(text, self.province)
        spelt = {text, rest, _without(rest, self.city) if self.city else rest}
        return any(community_key(one) == self.key[1] for one in spelt)

    def __str__(self) -> str:
        """Return it as people write it: 浙江/杭州市/春江花园."""
        return "/".join(part for part in (self.province, self.city, self.community) if part)


def _without(text: str, place: str) -> str:
    """Return what stands behind a place and a slash; the text itself where it does not begin so."""
    head, slash, rest = text.replace("／", "/").partition("/")
    return rest if slash and rest.strip() and folded(head) == folded(place) else text
