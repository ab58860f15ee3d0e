"""What a case consists of: which of it is there, which is missing, and by which words people ask for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.campaign import Campaign
from reports.picture import CaseView


@dataclass(frozen=True)
class Item:
    """A part of a case: its name, what it is called, other words for it, and when it is there (None: not known)."""

    name: str
    label: str
    words: tuple[str, ...]
    there: Callable[[CaseView, Campaign], bool | None]
    required: bool = False


ITEMS = (
    Item("list", "清单列名", ("清单", "汇总清单", "row", "in_list"), lambda case, _: case.in_list, required=True),
    Item("form", "推荐表", ("表", "has_form"), lambda case, _: case.has_form, required=True),
    Item(
        "material",
        "案例材料",
        ("材料", "文章", "正文", "has_material"),
        lambda case, _: case.has_material,
        required=True,
    ),
    Item(
        "photo",
        "照片",
        ("photos", "图片"),
        lambda case, campaign: case.photos >= campaign.call.photos_min,
        required=True,
    ),
    Item("video", "视频", ("videos",), lambda case, _: case.videos > 0),
    Item("stamp", "推荐表盖章", ("盖章", "公章", "章", "form_stamped"), lambda case, _: case.form_stamped),
    Item("title", "案例标题", ("标题",), lambda case, _: case.title is not None),
)
NAMES: Mapping[str, Item] = {
    word: item for item in ITEMS for word in (item.name, item.label, item.label.lower(), *item.words)
}
ANY = ("any", "任一", "任何", "一项")


def missing(case: CaseView, campaign: Campaign) -> list[str]:
    """Return what a case still needs to be complete, in words: 推荐表, 照片（合格 1 张，差 2 张）."""
    return [_said(item, case, campaign) for item in lacking(case, campaign)]


def lacking(case: CaseView, campaign: Campaign) -> Sequence[Item]:
    """Return the required items that are not there."""
    return [item for item in ITEMS if item.required and item.there(case, campaign) is False]


def _said(item: Item, case: CaseView, campaign: Campaign) -> str:
    if item.name != "photo":
        return item.label
    return f"照片（合格 {case.photos} 张，差 {campaign.call.photos_min - case.photos} 张）"
