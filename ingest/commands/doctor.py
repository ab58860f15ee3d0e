"""The command that looks whether this installation has all that the program needs: doctor."""

import json

import click

from ingest.context import Context
from ingest.doctor.checks import examine
from ingest.doctor.result import patient_at
from ingest.doctor.words import LANGUAGES

_FAILING = 1


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="给别的程序看：一个 JSON 数组")
@click.option(
    "--language", type=click.Choice(list(LANGUAGES)), default="zh", show_default=True, help="用中文还是英文说"
)
@click.pass_obj
def doctor(context: Context, language: str, *, as_json: bool) -> None:
    """逐项检查程序所需的一切：邮箱、证书、磁盘、时钟、文字识别……哪里不对，怎么办。"""
    words, found = LANGUAGES[language], []
    for check, one in examine(patient_at(context.path)):
        found.append((check, one))
        if not as_json and one.state != "skipped":
            click.echo("\n".join(words.lines(check, one)))
    if as_json:
        rows = [words.row(check, one) for check, one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        skipped = words.skipped(check for check, one in found if one.state == "skipped")
        click.echo("\n".join([*skipped, words.sum(one for _, one in found)]))
    if any(one.state == "failing" for _, one in found):
        raise SystemExit(_FAILING)


COMMANDS = (doctor,)
