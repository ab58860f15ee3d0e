"""Who reports: the provincial associations as shipped, the user's roster laid over them, and the city ones in it."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator

from config.divisions import divisions
from config.errors import nearest
from config.toml import load

AssociationLevel = Literal["provincial", "city"]


def _stripped(text: str) -> str:
    text = text.strip()
    if not text:
        raise ValueError("不能为空")
    return text


def _address(text: str) -> str:
    address = text.strip().lower()
    local, _, domain = address.partition("@")
    if not (local and "." in domain) or "@" in domain or any(character.isspace() for character in address):
        raise ValueError(f"{text!r} 不是邮箱地址")
    return address


Text = Annotated[str, AfterValidator(_stripped)]
Address = Annotated[str, AfterValidator(_address)]


class Association(BaseModel):
    """An association: `addresses` in lower case, `capital` and `plan_cities` the full names of divisions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    province: Text
    name: Text
    level: AssociationLevel = "provincial"
    aliases: tuple[Text, ...] = ()
    addresses: tuple[Address, ...] = ()
    contact: str | None = None
    phone: str | None = None
    capital: str | None = None
    plan_cities: tuple[str, ...] = ()

    @property
    def city(self) -> str | None:
        """The quota unit that a city association's name names; None for a provincial one, or where none can be told."""
        unit = divisions().city_in(self.name, self.province) if self.level == "city" else None
        return unit.city if unit else None


class RosterRow(BaseModel):
    """A row of the user's roster; where `level` is left out, a name that names a city makes it a city association."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The name comes first, because the province is checked against it.
    name: Text
    province: Text
    level: AssociationLevel | None = None
    aliases: tuple[Text, ...] = ()
    addresses: tuple[Address, ...] = ()
    contact: str | None = None
    phone: str | None = None

    @field_validator("province")
    @classmethod
    def _province_is_known_or_new(cls, province: str, info: ValidationInfo) -> str:
        """Return the short name; a province beyond the 31 (兵团) may be new, a misspelt one is refused."""
        if known := divisions().find_province(province):
            return known
        name = info.data.get("name", "")
        named = [mention.division.province for mention in divisions().mentions(name)]
        if named and not set(province) <= set(name):
            raise ValueError(f"没有 {province} 这个省份{nearest(province, [*named, *divisions().provinces])}")
        return province

    @property
    def association(self) -> Association:
        """The row as an association of its own."""
        level = self.level or ("city" if divisions().city_in(self.name, self.province) else "provincial")
        return Association(**self.model_dump(exclude={"level"}), level=level)


class Shipped(BaseModel):
    """The file associations.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    associations: tuple[Association, ...]


class Roster(BaseModel):
    """The user's roster file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    associations: tuple[RosterRow, ...] = ()


def load_associations(roster: Path | None = None) -> tuple[Association, ...]:
    """Return the 31 provincial associations, what the roster adds beyond them, and then its city associations.

    A provincial row replaces name, addresses, contact and phone of its province and adds its aliases; further
    provincial rows of the same province add to the first. ConfigError names file, row and key of what is wrong.
    """
    rows = [row.association for row in load(roster, Roster).associations] if roster else []
    provincial = {association.province: association for association in _shipped()}
    laid: set[str] = set()
    for row in rows:
        if row.level == "provincial":
            below = provincial.get(row.province)
            provincial[row.province] = _laid_over(row, below, adds=row.province in laid) if below else row
            laid.add(row.province)
    cities: dict[tuple[str, str], Association] = {}
    for row in rows:
        if row.level == "city":
            below = cities.get((row.province, row.name))
            cities[row.province, row.name] = _laid_over(row, below, adds=True) if below else row
    return (*provincial.values(), *cities.values())


def raised_quota_cities(associations: Iterable[Association]) -> frozenset[str]:
    """Return the full names of the provincial capitals and the 计划单列市, which may recommend more (三(二)1)."""
    return frozenset(
        city for one in associations for city in (one.capital, *one.plan_cities) if city and one.level == "provincial"
    )


@cache
def _shipped() -> tuple[Association, ...]:
    with resources.as_file(resources.files("config") / "associations.toml") as path:
        return load(path, Shipped).associations


def _laid_over(row: Association, below: Association, *, adds: bool) -> Association:
    """Return a roster row laid over what is known: instead of the shipped facts, or added to an earlier row's."""
    first, second = (below, row) if adds else (row, below)
    names = (*first.aliases, second.name, *second.aliases)
    return below.model_copy(
        update={
            "name": first.name,
            "aliases": tuple(dict.fromkeys(name for name in names if name != first.name)),
            "addresses": tuple(dict.fromkeys((*first.addresses, *second.addresses))),
            "contact": first.contact or second.contact,
            "phone": first.phone or second.phone,
        }
    )
