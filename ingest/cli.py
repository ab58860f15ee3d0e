"""The command line: every command is a few lines in `ingest/commands` and its work elsewhere.

Exit codes: 0 done, 1 not everything went well (said on standard error), 2 a wrong setting or a wrong command line.
"""

import os
import sys
from pathlib import Path

import click

from config.errors import ConfigError
from config.log import catch_the_rest, set_up_logging
from ingest.commands import (
    accesses,
    alarms,
    archive,
    ask,
    backup,
    book,
    brief,
    cases,
    console,
    deadline,
    decide,
    decided,
    digest,
    doctor,
    init,
    inspect,
    intake,
    jobs,
    ledger,
    remind,
    retention,
    sample,
    screening,
    supply,
    tell,
    vault,
)
from ingest.context import Context
from store.contents.floor import NoRoomError
from store.errors import StoreError

# The commands whose log lines matter even where nobody looks.
_TALKATIVE = {"worker", "poll"}


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config", type=click.Path(path_type=Path), help="设置文件（默认 $ZHENGJI_CONFIG，再默认此处的 zhengji.toml）"
)
@click.version_option(package_name="zhengji", prog_name="zhengji")
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """征集：接收、清点并汇报全国案例征集的来信。"""
    set_up_logging(verbose=context.invoked_subcommand in _TALKATIVE)
    context.obj = Context(config)


for command in (
    *accesses.COMMANDS,
    *alarms.COMMANDS,
    *archive.COMMANDS,
    *ask.COMMANDS,
    *backup.COMMANDS,
    *book.COMMANDS,
    *brief.COMMANDS,
    *cases.COMMANDS,
    *console.COMMANDS,
    *deadline.COMMANDS,
    *decide.COMMANDS,
    *decided.COMMANDS,
    *digest.COMMANDS,
    *doctor.COMMANDS,
    *init.COMMANDS,
    *inspect.COMMANDS,
    *intake.COMMANDS,
    *jobs.COMMANDS,
    *ledger.COMMANDS,
    *remind.COMMANDS,
    *retention.COMMANDS,
    *sample.COMMANDS,
    *screening.COMMANDS,
    *supply.COMMANDS,
    *tell.COMMANDS,
    *vault.COMMANDS,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; what staff can put right is one line, without a traceback."""
    catch_the_rest()
    try:
        cli(standalone_mode=True)
    except (ConfigError, StoreError) as error:
        click.echo(f"zhengji: {error}", err=True)
        sys.exit(2)
    except NoRoomError as error:
        click.echo(f"zhengji: {error.text}", err=True)
        sys.exit(1)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            _leave_quietly()
        click.echo(
            f"zhengji: {error.filename or '磁盘'}: 读写不了（{error.strerror or type(error).__name__}）", err=True
        )
        sys.exit(1)


def _leave_quietly() -> None:
    """End where the reader of our output left early (`| head`): nothing is wrong, and nothing more is to be said."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


if __name__ == "__main__":
    main()
