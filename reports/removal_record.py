"""The record of a removal of personal data (个人信息清理记录), to be printed: what, when, by whom, what stays."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo

from reports.wording import clock
from store.personal.closing import Closed
from store.personal.removing import STEPS

_BASIS = (
    "- 依据：《个人信息保护法》第十九条（保存期限应当为实现处理目的所必要的最短时间）、"
    "第四十七条（目的已实现的，应当主动删除）"
)
_UNTOUCHED = (
    "收件邮箱里的原信，以及网盘、群聊、微信里的材料：须在那里删除",
    "备份：备份里还有清理前的全部内容，备份目录须自己处理（到期删除，或连同介质销毁）",
    "对象存储（[vault.s3]）里保留的旧版本：桶开了版本控制的，由桶的清理规则删除",
    "其他机器上缓存的原件：在每台机器上再运行一次 zhengji worker，由它清掉",
    "归档文件夹、导出的表格和工作簿、打印件：交给谁保管的，由谁处理",
    "各省协会名录、已入选名单等自备的文件，以及监看的收件文件夹",
    "PostgreSQL 的预写日志（WAL）和磁盘快照里的旧数据，由数据库和磁盘自己的周期清除",
)


def record(closed: Closed, title: str, zone: tzinfo) -> str:
    """Return the record as Markdown text."""
    ended = clock(closed.ended_at, zone) if closed.ended_at else "还没有做完，请再运行一遍清理"
    head = [
        "# 个人信息清理记录", "", f"征集活动：{title}（{closed.campaign}）", "",
        f"- 经办人：{closed.person}", f"- 开始：{clock(closed.begun_at, zone)}", f"- 完成：{ended}",
        f"- 说明：{closed.note or '保存期已满'}",
        _BASIS,
    ]  # fmt: skip
    return "\n".join([*head, "", *_removed(closed), "", *_kept(closed), "", *_untouched(), "", *_signed(), ""])


def stays() -> Iterable[str]:
    """Yield in a sentence each what stays of the tables; of one that is emptied, nothing does."""
    for step in STEPS:
        if step.stays:
            yield f"{step.what}删去后，留下{step.stays}" if step.what else step.stays


def _removed(closed: Closed) -> Iterable[str]:
    yield from ("## 清理了什么", "")
    rows = [(what, f"{own['rows']:,}", f"{own['bytes']:,}") for what, own in closed.counts.items()]
    yield from _table(("内容", "条数或文件数", "字节"), rows)
    yield from ("", "数目是清理前逐条、逐个文件读出来的。清理后数据库重写了一遍，删去的内容不留在数据库文件里。")


def _kept(closed: Closed) -> Iterable[str]:
    yield from ("## 留下了什么", "")
    yield from (f"- {line}" for line in stays())
    kept = closed.kept
    complete = sum(bool(case["complete"]) for case in kept["cases"])
    yield from ("", "### 统计", "")
    sent = sum(row["status"] != "none" for row in kept["provinces"])
    yield f"报送的省份 {sent} 个；案例 {len(kept['cases'])} 个，其中材料齐全的 {complete} 个；"
    yield f"来信 {sum(kept['messages'].values())} 封；人工处理 {sum(kept['decisions'].values())} 次。"
    yield ""
    rows = [
        (row["province"], str(row["messages"]), str(row["cases_listed"] or 0), str(row["cases_complete"] or 0))
        for row in kept["provinces"]
    ]
    yield from _table(("省份", "来信", "清单所列案例", "其中齐全"), rows)


def _untouched() -> Iterable[str]:
    yield from ("## 没有动、须另行处理的", "")
    yield from (f"- {line}" for line in _UNTOUCHED)


def _signed() -> Iterable[str]:
    return ("经办人签字：________________　　复核人签字：________________　　日期：________________",)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    yield from (f"| {' | '.join(cell.replace('|', '｜') for cell in row)} |" for row in rows)


def untouched() -> Sequence[str]:
    """Return what a removal does not reach, a sentence each."""
    return _UNTOUCHED
