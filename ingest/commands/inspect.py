"""Commands about the set-up: check-config, facts."""

import click

from config.associations import load_associations
from config.campaign import load_campaign
from config.chats import service_name
from config.selected import load_selected
from config.settings import Settings
from ingest.context import DEFAULT, Context
from reports.checks import CHECKS
from reports.judge import prove
from reports.letters.asked_facts import ASKED
from reports.letters.asking import prove as prove_letters
from reports.letters.stationery import load_templates
from reports.subjects import FACTS
from store.database import check_url


@click.command("check-config")
@click.pass_obj
def check_config(context: Context) -> None:
    """检查设置文件、征集活动文件、协会名录和已入选名单。"""
    chosen = context.is_chosen or DEFAULT.exists()
    settings = context.settings() if chosen else Settings()
    campaign = load_campaign(settings.campaign.id, settings.base)
    prove(campaign, settings.campaign.id)
    prove_letters(campaign, settings.campaign.id)
    own = settings.reminders.templates
    load_templates(settings.at(own) if own else None, campaign)
    roster, selected = settings.campaign.roster, settings.campaign.already_selected
    associations = load_associations(settings.at(roster) if roster else None)
    selection = load_selected(settings.at(selected) if selected else None)
    check_url(settings.database_url)
    for login in (*settings.accounts, settings.digest.smtp):
        _ = login.secret if login else None
    groups = [f"{chat.name}（{service_name(chat.service)}）" for chat in settings.digest.chats]
    call = campaign.call
    click.echo(f"设置文件：{context.path if chosen else '（没有，用默认值）'}")
    click.echo(f"征集活动：{call.id}，{call.title}，{call.deadline} 截止；规则 {len(campaign.rule)} 条，例子全部通过")
    click.echo(f"协会名录：{len(associations)} 家，登记了地址的 {sum(bool(one.addresses) for one in associations)} 家")
    listed = len(selection) if selection is not None else None
    click.echo(f"已入选名单：{f'{listed} 个小区' if listed is not None else '未提供'}")
    click.echo(
        f"收件邮箱：{'、'.join(one.address for one in settings.mailboxes) or '未设置（可用 zhengji import 导入）'}"
    )
    digest = settings.digest
    click.echo(f"收日报的人：{'、'.join(digest.recipients) or '未设置'}；群：{'、'.join(groups) or '未设置'}")
    if digest.recipients and digest.smtp is None:
        click.echo("请注意：写了收件人，没有写发信服务器 [digest.smtp]，日报发不出去", err=True)
    for folder in settings.folders:
        if not settings.at(folder.path).is_dir():
            click.echo(f"请注意：文件夹 {settings.at(folder.path)} 不存在或没有接上", err=True)
    polled = {mailbox.address.lower() for mailbox in settings.accounts}
    if polled and (absent := [one for one in call.addresses if one.lower() not in polled]):
        click.echo(f"请注意：通知公布的地址 {'、'.join(absent)} 没有设置，寄到那里的信收不到", err=True)


@click.command("facts")
@click.argument("subject", required=False, type=click.Choice(list(FACTS)))
@click.option("--checks", is_flag=True, help="列出可用的判断方法")
@click.option("--letters", is_flag=True, help="列出只有函件能用的事实（[letters] say 的 ask）")
def facts(subject: str | None, *, checks: bool, letters: bool) -> None:
    """列出规则能用的事实（on、fact）和判断方法（check）。"""
    if checks:
        for name, check in CHECKS.items():
            click.echo(f"{name}\t{(check.__doc__ or '').splitlines()[0]}")
        return
    for on, table in (ASKED if letters else FACTS).items():
        for name, fact in table.items() if subject in (None, on) else ():
            click.echo(f"{on}\t{name}\t{fact.doc}")


COMMANDS = (check_config, facts)
