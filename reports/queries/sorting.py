"""In which order do cases stand? By any columns, each up or down (-); what is not known stands last both ways."""

from collections.abc import Sequence
from typing import Any

from reports.queries.columns import View, column_named, value_of


def sorted_by(views: Sequence[View], fields: Sequence[str]) -> list[View]:
    """Return cases in the order of some columns, the first before the others; equal ones stay as they stood."""
    told = list(views)
    for text in reversed(fields):
        name = column_named(text.strip().lstrip("-－"))
        known = [view for view in told if _is_known(value_of(name, view))]
        unknown = [view for view in told if not _is_known(value_of(name, view))]
        # Python's sort keeps the order of equal ones, also where it is reversed.
        known.sort(key=lambda view: _key(name, view), reverse=text.strip().startswith(("-", "－")))
        told = known + unknown
    return told


def _is_known(value: Any) -> bool:  # noqa: ANN401 (a value of any kind)
    return value not in (None, "")


def _key(name: str, view: View) -> Any:  # noqa: ANN401 (values of one column are of one kind)
    """Return what is compared: provinces in the notice's order, texts nearly as a dictionary has them."""
    if name == "province":
        order = [one.province for one in view.assessment.picture.associations]
        return order.index(view.case.province) if view.case.province in order else len(order)
    value = value_of(name, view)
    if name == "list_number":
        return (0, int(value), "") if value.isdecimal() else (1, 0, value)
    # Of this encoding's characters the common ones stand in the order of their Pinyin.
    return value.encode("gb18030", "replace") if isinstance(value, str) else value
