"""What persons decided, in words: for the list of decisions, a case's history, and whoever comes second."""

from collections.abc import Callable, Mapping
from typing import Any

from config.case_name import CaseName
from reports.picture import Picture
from reports.screening.words import review_said
from reports.wording import LEVELS, MESSAGE_KINDS
from store.decisions import (
    ADDED,
    APART,
    ARRIVAL,
    ASSIGNED,
    ATTACHED,
    DEADLINE,
    FILED,
    MAIL_KIND,
    MERGED,
    NOTHING,
    PASSWORD,
    SCREENED,
    SENDER,
    VALUE,
    WAIVED,
    WITHDRAWN,
    Decided,
)

CALLED: Mapping[str, str] = {
    SENDER: "发信单位",
    MAIL_KIND: "来信类别",
    PASSWORD: "密码",
    ADDED: "补入文件",
    ATTACHED: "补入来信",
    ARRIVAL: "到达时间",
    VALUE: "更正",
    FILED: "归档",
    WAIVED: "豁免",
    WITHDRAWN: "撤回",
    MERGED: "合并案例",
    APART: "分开案例",
    DEADLINE: "延期",
    NOTHING: "零报送",
    SCREENED: "筛选意见",
    ASSIGNED: "分派筛选",
}
# Decisions that change no mail: what they changed is seen in the picture.
ON_PICTURE = (VALUE, FILED, WAIVED, WITHDRAWN, MERGED, APART, DEADLINE, NOTHING, SCREENED, ASSIGNED)


def is_idle(row: Decided, picture: Picture) -> bool:
    """Tell whether there is nothing now of which a decision speaks: the case or file is another one, or gone."""
    if row.what in (VALUE, WITHDRAWN, SCREENED):
        return not any(CaseName.of(row.value).means(case.name) for case in picture.cases)
    if row.what == FILED:
        own = (file for file in picture.files if file.message_pk == row.value["message"])
        return not any(file.province == row.value["province"] for file in own)
    return False


def described(row: Decided) -> str:
    """Return a decision in words, without who and when."""
    return _WORDS[row.what](row)


def undone(row: Decided) -> list[str]:
    """Return what undoing such a decision has changed; nothing where the messages themselves tell it."""
    if row.what == ATTACHED:
        return [f"《{row.value['name']}》不再算在来信 {row.value['message']} 里，来信已重读；文件仍保存着"]
    if row.what == ARRIVAL:
        return [f"来信 {row.subject.removeprefix('message:')} 的到达时间又按较早的一个计，须核对"]
    return []


def _added(row: Decided) -> str:
    value = row.value
    case = f"（案例文件夹“{value['case']}”）" if value["case"] else ""
    place = "".join(part for part in (value["province"], value["city"]) if part)
    return f"《{value['name']}》{value['way']}补入{place}{case}，来信 {row.subject.removeprefix('message:')}"


def _attached(row: Decided) -> str:
    return f"《{row.value['name']}》补入来信 {row.value['message']}"


def _arrival(row: Decided) -> str:
    return f"来信 {row.subject.removeprefix('message:')} 算{'迟到' if row.value['late'] else '按时'}"


def _sender(row: Decided) -> str:
    level = LEVELS.get(row.value.get("level") or "", "")
    place = "".join(part for part in (row.value["province"], row.value.get("city")) if part)
    learned = f"，{row.address} 的来信都照此" if row.is_on_message and row.address else ""
    return f"{_mail(row)} 属于{place}{f'（{level}）' if level else ''}{learned}"


def _mail(row: Decided) -> str:
    return f"来信 {row.subject.removeprefix('message:')}" if row.is_on_message else row.subject


def _mail_kind(row: Decided) -> str:
    return f"{_mail(row)} 是{MESSAGE_KINDS.get(row.value.get('kind', ''), '')}"


def _password(row: Decided) -> str:
    return f"{_mail(row)} 的压缩包或文件密码 {len(row.value['words'])} 个（不显示）"


def _value(row: Decided) -> str:
    was = f"“{row.value['was']}”" if row.value["was"] else "空白"
    return f"{_case(row.value)} 的{row.value['caption']}：{was}改为“{row.value['raw']}”"


def _filed(row: Decided) -> str:
    value = row.value
    place = f"归入 {_case(value)}" if value.get("community") else "不归任何小区" if value.get("placed") else ""
    kind = f"是{value['kind_label']}" if value.get("kind") else ""
    return f"来信 {value['message']} 的《{value['name']}》{'，'.join(part for part in (place, kind) if part)}"


def _waived(row: Decided) -> str:
    place = _case(row.value) if row.value.get("community") else row.value["province"] or "（省份不明）"
    return f"{place}：{row.value['message']}（{row.value['code']}）"


def _withdrawn(row: Decided) -> str:
    return f"{_case(row.value)} 已撤回"


def _merged(row: Decided) -> str:
    return f"{_case(row.value)} 就是 {row.value['into_city'] or ''}{row.value['into']}"


def _apart(row: Decided) -> str:
    company = row.value.get("company")
    return f"{_case(row.value)} {f'中 {company} 的是另一个小区' if company else '与名称相近的都不是同一个小区'}"


def _deadline(row: Decided) -> str:
    return f"{row.value['province']}的截止日期延到 {row.value['day']}"


def _nothing(row: Decided) -> str:
    return f"{row.value['province']}零报送"


def _screened(row: Decided) -> str:
    return f"{row.value['reviewer']}评阅 {_case(row.value)}：{review_said(row.value)}"


def _assigned(row: Decided) -> str:
    return f"{row.value['reviewer']}评阅{row.value['province_only'] or ''}案例 {len(row.value['cases'])} 个"


def _case(value: Mapping[str, Any]) -> str:
    return str(CaseName.of(value))


_WORDS: Mapping[str, Callable[[Decided], str]] = {
    SENDER: _sender,
    MAIL_KIND: _mail_kind,
    PASSWORD: _password,
    ADDED: _added,
    ATTACHED: _attached,
    ARRIVAL: _arrival,
    VALUE: _value,
    FILED: _filed,
    WAIVED: _waived,
    WITHDRAWN: _withdrawn,
    MERGED: _merged,
    APART: _apart,
    DEADLINE: _deadline,
    NOTHING: _nothing,
    SCREENED: _screened,
    ASSIGNED: _assigned,
}
