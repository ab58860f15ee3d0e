"""The columns of the ledger's sheets: heading, where the value comes from, how it is said, and how wide it stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.campaign import Campaign
from reports.export import Row
from reports.making.tables import Column, Link
from reports.wording import (
    FINDING_STATUSES,
    FINDING_SUBJECTS,
    LEVELS,
    MESSAGE_KINDS,
    PHASES,
    SEVERITIES,
    STATUSES,
    there,
    yes_no,
)

Say = Callable[[Any, Campaign], Any]
Colours = Mapping[str, tuple[str, str]]

_RED, _AMBER, _BLUE = ("#F8D7DA", "#8B1A1A"), ("#FFF0C2", "#6B4E00"), ("#E3EEF9", "#1F4E79")
_GREEN, _GREY = ("#DDF0E0", "#1E5B2E"), ("#ECEFF1", "#4A5560")
_SEVERITY_COLOURS = {"须改正": _RED, "请核对": _AMBER, "提示": _BLUE}
_STATUS_COLOURS = {"未报送": _GREY, "部分报送": _AMBER, "已报齐": _GREEN}
_PLACE_COLOURS = {"未能处理": _RED, "待处理": _AMBER, "搁置": _GREY}
_STANDING_COLOURS = {"已豁免": _GREY}
_LATE_COLOURS = {"是": _RED}


@dataclass(frozen=True)
class Field:
    """A column of the ledger: the export's name of its value, heading, width, style, how it is said, colours.

    `link` names which of the row's documents it leads to. What staff fill in is `filled`, one of `choices` where there
    are any, with a `hint` of what to write. A `guarded` one says what the row is, and is not to be changed.
    """

    name: str
    heading: str
    width: float
    style: str = "text"
    say: Say = lambda value, _campaign: value
    colours: Colours | None = None
    link: str = ""
    filled: bool = False
    choices: Sequence[str] = ()
    hint: str = ""
    guarded: bool = False
    hidden: bool = False

    @property
    def column(self) -> Column:
        """Return it as a column of a sheet."""
        return Column(
            self.heading,
            self.width,
            self.style,
            self.colours or {},
            filled=self.filled,
            choices=self.choices,
            hint=self.hint,
            guarded=self.guarded,
            hidden=self.hidden,
        )

    def cell(self, row: Row, campaign: Campaign) -> Any:  # noqa: ANN401 (a cell)
        """Return what stands in a row's cell."""
        value = self.say(row.get(self.name), campaign)
        # Numbers that only name something (UID, our id) are text, like phone numbers: they are never added up.
        value = str(value) if self.style == "text" and value is not None else value
        target = row.get("links", {}).get(self.link) if self.link else None
        return Link(value, target) if target and value not in (None, "") else value


# What staff write into a ledger, and `zhengji ledger import` takes as decisions.
OPINION, REASON, PERSON = "处理意见", "处理说明", "处理人"
CORRECTED, VALUE = "更正栏目", "更正为"
FINDING, CASE = "问题编号", "案例标识"
WAIVE, REOPEN, WITHDRAW, RESTORE = "豁免", "重新打开", "撤回", "恢复"
_WHY = "为什么这样处理，如：陈静 8月6日电话核实。豁免必须写明。"
_WHO = "谁决定的；不填时由 zhengji ledger import --person 指明。"


def opinions(choices: Sequence[str], hint: str) -> tuple[Field, ...]:
    """Return the columns in which staff say what is to be done, why, and who says so."""
    return (
        Field("", OPINION, 10, "word", filled=True, choices=choices, hint=hint),
        Field("", REASON, 20, "long", filled=True, hint=_WHY),
        Field("", PERSON, 9, "word", filled=True, hint=_WHO),
    )


FINDING_OPINIONS = opinions((WAIVE, REOPEN), "豁免：这个问题不用再管；重新打开：取消先前的豁免。")


def words(table: Mapping[str, str]) -> Say:
    """Say a code in Chinese; one that the table does not know stays as it is."""
    return lambda value, _campaign: table.get(value, value)


def project_type(value: Any, campaign: Campaign) -> Any:  # noqa: ANN401 (a value of any kind)
    """Say a project type in the notice's words."""
    return campaign.type_labels.get(value, value)


def moment(value: datetime | None, campaign: Campaign) -> datetime | None:
    """Say a moment as the clock in the campaign's zone showed it; workbooks know no zones."""
    return value.astimezone(campaign.call.zone).replace(tzinfo=None) if value else None


def said_yes_no(value: bool | None, _campaign: Campaign) -> str:  # noqa: FBT001 (the value itself is what is said)
    """Say 是 or 否."""
    return yes_no(value)


def said_there(value: bool | None, _campaign: Campaign) -> str:  # noqa: FBT001 (the value itself is what is said)
    """Say 有 or 无."""
    return there(value)


SUMMARY = (
    Field("province", "省份", 8),
    Field("association", "省级物协", 28, "long"),
    Field("status", "状态", 9, "word", words(STATUSES), _STATUS_COLOURS),
    Field("late", "迟报", 6, "word", said_yes_no, _LATE_COLOURS),
    Field("messages", "报送来信", 7, "number"),
    Field("first_arrival", "首次来信", 16, "moment", moment),
    Field("last_arrival", "最近来信", 16, "moment", moment),
    Field("contact", "联系人", 10),
    Field("phone", "联系电话", 15),
    Field("has_list_word", "清单Word版", 8, "word", said_there, link="list"),
    Field("has_list_scan", "清单扫描件", 8, "word", said_there, link="scan"),
    Field("list_stamped", "扫描件盖章", 8, "word", said_yes_no),
    Field("list_seals", "扫描件公章", 22, "long"),
    Field("cases_listed", "清单案例", 7, "number"),
    Field("cases_complete", "已齐案例", 7, "number"),
    Field("errors", "须改正", 7, "number"),
    Field("warnings", "请核对", 7, "number"),
    Field("granted", "延期", 22, "long"),
    Field("nothing_to_send", "零报送", 18, "long"),
)

CASES = (
    Field("province", "省份", 7),
    Field("city", "城市", 9, "long"),
    Field("community", "小区名称", 14, "long"),
    Field("complete", "材料齐全", 6, "word", said_yes_no, {"是": _GREEN, "否": _AMBER}),
    Field("company", "物业服务企业", 22, "long"),
    Field("project_type", "项目类型", 14, "long", project_type),
    Field("delivered", "交付时间", 10),
    Field("completed", "建成时间", 10),
    Field("floor_area_m2", "建筑面积（㎡）", 10, "decimal"),
    Field("collection_rate", "收缴率", 7, "percent"),
    Field("fee_text", "物业服务费", 12, "long"),
    Field("fee_low", "费价低", 6, "decimal"),
    Field("fee_high", "费价高", 6, "decimal"),
    Field("in_list", "清单列有", 6, "word", said_yes_no, link="list"),
    Field("list_number", "序号", 5),
    Field("has_form", "推荐表", 6, "word", said_there, link="form"),
    Field("form_stamped", "推荐表盖章", 6, "word", said_yes_no),
    Field("form_seals", "推荐表公章", 16, "long"),
    Field("to_verify", "扫描识别待核", 11, "long"),
    Field("has_material", "案例材料", 6, "word", said_there, link="material"),
    Field("photos", "合格照片", 6, "number", link="photos"),
    Field("videos", "视频", 5, "number", link="video"),
    Field("first_arrival", "首次到达", 16, "moment", moment),
    Field("title", "案例标题", 20, "long"),
    Field("address", "联系地址", 18, "long"),
    Field("applicant_contact", "申报单位联系人", 9, "long"),
    Field("applicant_phone", "申报单位手机", 13),
    Field("recommender", "推荐单位", 16, "long"),
    Field("recommender_contact", "推荐单位联系人", 9, "long"),
    Field("recommender_phone", "推荐单位手机", 13),
    Field("applicant_signed", "申报盖章日期", 10),
    Field("recommender_signed", "推荐盖章日期", 10),
    Field("reason", "推荐理由", 28, "long"),
    Field("remark", "备注", 12, "long"),
    Field("corrections", "人工更正", 20, "long"),
    Field("withdrawn", "撤回", 18, "long"),
    *opinions((WITHDRAW, RESTORE), "撤回：这个案例不再报送；恢复：取消先前的撤回。"),
    Field("", CORRECTED, 12, "long", filled=True, hint="要更正的一栏，如：建筑面积。一次更正一栏。"),
    Field("", VALUE, 16, "long", filled=True, hint="应当是什么，如：12.5万平方米。"),
    Field("key", CASE, 20, guarded=True, hidden=True),
)

FINDINGS = (
    Field("severity", "级别", 8, "word", words(SEVERITIES), _SEVERITY_COLOURS),
    Field("phase", "待报/缺报", 9, "word", words(PHASES)),
    Field("province", "省份", 8),
    Field("city", "城市", 10, "long"),
    Field("community", "小区名称", 16, "long"),
    Field("message", "问题", 42, "long"),
    Field("evidence", "依据", 42, "long"),
    Field("clause", "条款", 14, "long"),
    Field("status", "处理", 8, "word", words(FINDING_STATUSES), _STANDING_COLOURS),
    Field("waived", "豁免", 18, "long"),
    *FINDING_OPINIONS,
    Field("id", FINDING, 10, guarded=True),
    Field("subject", "对象", 6, "word", words(FINDING_SUBJECTS)),
    Field("code", "规则编号", 20),
    Field("file", "文件", 28, "long", link="file"),
    Field("message_id", "来信编号", 22, "long"),
)

MESSAGES = (
    Field("arrival", "到达时间", 16, "moment", moment),
    Field("province", "省份", 8),
    Field("kind", "类别", 9, "word", words(MESSAGE_KINDS)),
    Field("place", "处理", 9, "word", colours=_PLACE_COLOURS),
    Field("sender_level", "发信单位", 12, "word", words(LEVELS)),
    Field("from_name", "发信人", 16, "long"),
    Field("from_address", "发信地址", 24, "long"),
    Field("subject", "主题", 40, "long", link="mail"),
    Field("files", "文件数", 7, "number"),
    Field("bytes", "大小（字节）", 12, "number"),
    Field("why", "原因", 28, "long"),
    Field("sender_basis", "发信单位依据", 36, "long"),
    Field("sender_decided_by", "发信单位认定人", 10),
    Field("kind_decided_by", "类别认定人", 10),
    Field("came", "来源", 22, "long"),
    Field("mailbox", "收件邮箱", 22, "long"),
    Field("folder", "文件夹", 12, "long"),
    Field("uid", "UID", 8),
    Field("id", "编号", 7),
    Field("message_id", "Message-ID", 24, "long"),
)
