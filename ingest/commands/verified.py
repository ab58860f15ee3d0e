"""How `zhengji verify` says what it found: each thing that differs in a line, with what to do about it."""

from collections.abc import Callable, Mapping, Sequence

import click

from ingest.context import now
from ingest.desk import Desk
from ingest.mailboxes.reconciling import FolderCheck, MailboxCheck, check_mailbox, count
from ingest.progress import progress
from reports.wording import clipped, clock, masked, one_line, size
from store.safekeeping.backup import Backup
from store.safekeeping.owners import Owner, owners
from store.safekeeping.verifying import Checked, Part, check_backup, check_database, check_vault

# So many of a kind are named; the others are counted.
_NAMED = 20
_NAME = 60
Owners = Callable[[Sequence[str]], Mapping[str, Owner]]
# Whose a content is, by the table that names it.
_OWNED = {
    "messages": "来信 {message} 的原信",
    "supplied": "补入来信 {message} 的“{name}”",
    "files": "来信 {message} 的“{name}”",
    "digests": "{name} 的日报",
    "reminders": "发给{name}的函件",
    "milestones": "{name} 的截止进度报告",
    "snapshots": "截止快照",
}


def told_contents(desk: Desk, part: Part) -> bool:
    """Check the vault and say what was found; return whether all is well."""
    with progress("核对内容") as told:
        checked = check_vault(desk.store, part, told.at)
    share = f"（{part.parts} 分之一，第 {part.number} 份）" if part.parts > 1 else ""
    click.echo(f"文件库：重算 {checked.contents} 个{share}，{size(checked.bytes)}；{_summary(checked)}")
    remedy = "请从备份中取回：备份文件夹 blobs/前两位/全名，放回文件库的同一位置"
    _tell_wrong(checked, remedy, lambda hashes: owners(desk.store, hashes))
    return checked.is_whole


def told_database(desk: Desk) -> bool:
    """Check the database's own file; return whether it is sound. Where it is not, nothing else can be checked."""
    wrong = check_database(desk.store)
    if wrong:
        _bad(f"数据库文件有损坏：{wrong}。请停下程序，从备份恢复（zhengji restore）")
    return not wrong


def _summary(checked: Checked) -> str:
    words = "全部完好" if checked.is_whole else "有问题，见下"
    unnamed = f"；没有登记的 {checked.unnamed} 个（中断时留下的，无害，没有删除）" if checked.unnamed else ""
    foreign = f"；不是本程序放的 {len(checked.foreign)} 个" if checked.foreign else ""
    return f"{words}{unnamed}{foreign}"


def _tell_wrong(checked: Checked, remedy: str, owners_of: Owners = lambda _hashes: {}) -> None:
    essential = [one.sha256 for one in checked.lost if one.essential]
    again = [one.sha256 for one in checked.lost if not one.essential]
    wrong = (
        (checked.changed, "已损坏"),
        (checked.unread, "读不了"),
        (checked.sized, "大小与登记的不符"),
        (essential, "缺失"),
        (again, "缺失（从原信拆出的，原信还在就可以重新拆出：zhengji rebuild）"),
    )
    of = owners_of([sha256 for hashes, _ in wrong for sha256 in hashes[:_NAMED]])
    for hashes, what in wrong:
        _tell_each(hashes, what, of)
    if checked.changed or checked.unread or checked.sized or essential:
        _bad(remedy)
    for name in checked.foreign[:_NAMED]:
        click.echo(f"文件库里有不是本程序放的文件：{name!r}")


def _tell_each(hashes: Sequence[str], what: str, of: Mapping[str, Owner]) -> None:
    for sha256 in hashes[:_NAMED]:
        _bad(f"{sha256}{_of(of.get(sha256))}：{what}")
    if len(hashes) > _NAMED:
        _bad(f"……{what}的共 {len(hashes)} 个")


def _of(owner: Owner | None) -> str:
    """Say whose a content is; nothing where nobody knows."""
    if owner is None:
        return ""
    # A name may be a stranger's: on one line, and not longer than that.
    name = masked(clipped(one_line(owner.name), _NAME))
    return f"（{_OWNED[owner.table].format(message=owner.message, name=name)}）"


def told_server(desk: Desk) -> bool:
    """Compare every mailbox with what is here, and say what differs; return whether all is well."""
    # Each of them, also after one that is not whole.
    told = [_told_mailbox(desk, check_mailbox(desk, one, now)) for one in desk.settings.accounts]
    whole = all(told)
    if not desk.settings.accounts:
        click.echo("没有设置收件邮箱，没有可核对的服务器")
    addresses = {one.address for one in desk.settings.mailboxes}
    for one in count(desk, now()):
        click.echo(f"{one.mailbox or '导入'}：{one.text}")
        if one.uncounted and one.mailbox in addresses:
            _bad(f"{one.mailbox}：有 {len(one.uncounted)} 封不在上面的数目里：来信 {_ids(one.uncounted)}")
            whole = False
    return whole


def _ids(ids: Sequence[int]) -> str:
    return "、".join(map(str, ids[:_NAMED])) + ("……" if len(ids) > _NAMED else "")


def _told_mailbox(desk: Desk, checked: MailboxCheck) -> bool:
    for folder in checked.folders:
        click.echo(f"{checked.address} 的 {folder.name}：{_counted(folder)}")
        for one in folder.absent[:_NAMED]:
            when = clock(one.arrival, desk.campaign.call.zone) if one.arrival else "到达时间不明"
            _bad(f"{checked.address} 的 {folder.name}：服务器上有、这里没有的邮件：UID {one.uid}，{when}到达")
        if folder.absent:
            hours = desk.settings.worker.reconcile_hours
            _bad(f"共 {len(folder.absent)} 封；收信每 {hours:g} 小时逐一核对一次，届时会自动补收，请之后再核对一次")
        if folder.withheld:
            _bad(f"{checked.address} 的 {folder.name}：有 {folder.withheld} 封服务器列出却没有给出，每次收信都会再要")
    if checked.trouble:
        _bad(f"{checked.address}：没能核对完，{checked.trouble}")
    return checked.is_whole


def _counted(folder: FolderCheck) -> str:
    waiting = f"，新到还没有收的 {folder.waiting} 封（下次收信就收）" if folder.waiting else ""
    gone = f"；这里有、服务器上已移走或删除的 {folder.gone} 封，不影响" if folder.gone else ""
    return f"服务器 {folder.held} 封，这里有 {folder.known} 封{waiting}{gone}"


def told_backup(found: Backup, tell: Callable[[int], None]) -> bool:
    """Check a backup and say what was found; return whether all of it can be restored."""
    checked = check_backup(found, tell)
    for generation, wrong in checked.generations:
        if wrong:
            _bad(wrong)
        else:
            lost = generation.manifest().lost
            click.echo(f"{generation.name}：完好" + (f"（备份时就缺 {len(lost)} 个内容）" if lost else ""))
    contents = checked.contents
    click.echo(f"备份的内容：重算 {contents.contents} 个，{size(contents.bytes)}；{_summary(contents)}")
    _tell_wrong(contents, "原文件库还完好的话，删去备份里损坏的这些文件，再运行一次 zhengji backup 就会补上")
    return checked.is_whole


def _bad(text: str) -> None:
    click.echo(text, err=True)
