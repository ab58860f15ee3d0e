"""What each kind of alarm means to the people who read it: its title, what becomes of the mails, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from reports.alarms.known import BACKUP, DIGEST, FULL, LINK, LOGIN, LOW, SILENT


@dataclass(frozen=True)
class Words:
    """A kind of alarm in words: a title, what it means, two or three steps, and where more is to be seen."""

    title: str
    means: str
    steps: tuple[str, ...]
    more: str


WORDS: Mapping[str, Words] = {
    LOGIN: Words(
        "邮箱拒绝登录",
        "邮件没有丢：新来信都在邮箱里，登录恢复后自动补收，到达时间以邮箱服务器为准。",
        (
            "用浏览器登录这个邮箱，看账号是否正常、有没有安全提醒。",
            "在网页邮箱的设置里重新生成客户端授权码（不是网页登录密码）。",
            "把新授权码写进 password_file 指的文件，程序会自己再试；直接写在设置文件里的，改后重启程序。",
        ),
        "zhengji status 看各邮箱收信情况，zhengji poll 立即试一次",
    ),
    SILENT: Words(
        "收不到信",
        "邮件没有丢：新来信都在邮箱（或文件夹）里，恢复后自动补收，到达时间以邮箱服务器为准。",
        (
            "看运行程序的电脑是否开着、能不能上网，网页邮箱能不能打开。",
            "是文件夹的，看 U 盘或共享盘是否接好。",
            "运行 zhengji poll 立即试一次，它会说出原因；程序停了的，重新启动 zhengji worker。",
        ),
        "zhengji status 看各邮箱收信情况",
    ),
    LOW: Words(
        "磁盘快满了",
        "现在照常收信，什么也没有丢；再少下去会先停止收信，邮件留在邮箱里。",
        (
            "清理这块磁盘上与本程序无关的文件，或扩容；不要动文件库和数据库。",
            "日报、台账等导出的文件可以移走，随时能重新生成。",
        ),
        "操作台“总览”的“运行情况”看剩余空间",
    ),
    FULL: Words(
        "磁盘将满，已停止收信",
        "邮件没有丢：新来信都在邮箱里，已收下的不受影响；腾出空间后，下一次收信自动继续。",
        (
            "马上清理这块磁盘上与本程序无关的文件，或扩容；不要动文件库和数据库。",
            "不用重启程序；想马上继续，运行 zhengji poll。",
        ),
        "操作台“总览”的“运行情况”看剩余空间",
    ),
    DIGEST: Words(
        "日报没有按时发出",
        "收信、统计照常，材料不受影响；没有发到的，当天 20:00 前每次收信后自动再试。不知道是否送达的不会自动再发。",
        (
            "按上面的原因检查发信服务器（[digest.smtp]）或群机器人的设置。",
            "要马上再发：zhengji digest --send，已收到的人不会收到第二份。",
            "不知道是否送达的，先问对方；确认没有收到，再用 zhengji digest --send --again 收件人。",
        ),
        "zhengji sent 看发给了谁；日报文件在设置的 [digest] folder 里",
    ),
    LINK: Words(
        "云附件快到期",
        "来信已收下，但材料在链接后面，程序不会自己去下载；到期后就取不到了，只能请对方重发。",
        (
            "在到期前用浏览器打开来信里的链接，把文件下载下来。",
            "在操作台打开这封来信补入文件，或运行 zhengji attach 来信编号 文件。",
        ),
        "操作台“来信”的“云附件”列出全部未下载的链接",
    ),
    BACKUP: Words(
        "很久没有备份",
        "收信、统计照常；但这台电脑万一坏了，上次备份之后的人工处理和发送记录就没有了。",
        (
            "看备份用的磁盘或网络盘是否接好、有没有空间。",
            "运行 zhengji backup 文件夹，它会说出原因；做成了就不再提醒。",
            "每天自动备份的，看定时任务（cron 或 zhengji-backup.timer）有没有在运行。",
        ),
        "zhengji restore 文件夹 --list 列出有哪些备份",
    ),
}
# How an alarm that is over is announced.
ENDINGS: Mapping[str, str] = {"restored": "已恢复", "done": "已了结", "expired": "已到期"}
# A message for trying out the channels.
TEST_TITLE = "试发告警"
TEST_SAID = "这是一次试发：没有出任何问题。收到它，说明出问题时您也会这样收到告警"
