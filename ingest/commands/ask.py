"""The command that answers what the phone brings, in a sentence with its proof."""

import json

import click

from ingest.commands.tell import as_of
from ingest.context import Context, moment
from ingest.telling.digesting import assessment
from reports.queries.ask.answer import Answer
from reports.queries.ask.ask import ask as answer_of
from reports.wording import sound

NOT_UNDERSTOOD = 1


@click.command("ask")
@click.argument("question", nargs=-1, required=True, metavar="问题")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON：一句话、依据、问的是什么")
@as_of
@click.pass_obj
def ask(context: Context, question: tuple[str, ...], as_of: str | None, *, as_json: bool) -> None:
    """回答电话里常问的话：江苏交了没、浙江还缺什么、截止还有几天……看不懂的会说明，不猜。"""
    asked = " ".join(question)
    with context.desk() as desk:
        answer = answer_of(assessment(desk, moment(as_of, desk.campaign.call)), asked)
    click.echo(
        _as_json(asked, answer) if as_json else "\n".join([answer.sentence, *(f"  · {one}" for one in answer.proof)])
    )
    if not answer.understood:
        raise SystemExit(NOT_UNDERSTOOD)


def _as_json(asked: str, answer: Answer) -> str:
    return json.dumps({"question": sound(asked), **vars(answer)}, ensure_ascii=False, indent=2)


COMMANDS = (ask,)
