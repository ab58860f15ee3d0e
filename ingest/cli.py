"""The command line: every command is a few lines in `ingest/commands` and its work elsewhere.

Exit codes: 0 done, 1 not everything went well (said on standard error), 2 a wrong setting or a wrong command line.
"""

import os
import sys
from pathlib import Path

import click

from config.errors import ConfigError
from config.log import catch_the_rest, set_up_logging
from ingest.context import Context
from ingest.lazily import Lazily
from store.contents.floor import NoRoomError
from store.errors import StoreError

# The commands whose log lines matter even where nobody looks.
_TALKATIVE = {"worker", "poll"}
# Which commands each module of `ingest/commands` gives.
_COMMANDS = {
    "accesses": ("accesses",),
    "alarms": ("alarms",),
    "archive": ("archive",),
    "ask": ("ask",),
    "backup": ("backup", "restore", "restored", "verify"),
    "book": ("contact-sheets", "text-pack"),
    "brief": ("brief",),
    "cases": ("cases", "query", "saved"),
    "console": ("console", "user"),
    "deadline": ("deadline",),
    "decide": ("assign", "kind", "password", "undo", "decisions"),
    "decided": ("decide",),
    "digest": ("digest", "sent"),
    "doctor": ("doctor",),
    "init": ("init",),
    "inspect": ("check-config", "facts"),
    "intake": ("poll", "worker", "import", "retry", "rebuild"),
    "jobs": ("jobs",),
    "ledger": ("ledger",),
    "remind": ("remind",),
    "retention": ("retention",),
    "sample": ("sample",),
    "screening": ("screening",),
    "supply": ("attach",),
    "tell": ("history", "findings", "status", "export"),
    "vault": ("vault",),
}


@click.group(
    cls=Lazily,
    package="ingest.commands",
    modules=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="设置文件（默认 $ZHENGJI_CONFIG，再默认此处的 zhengji.toml）"
)
@click.version_option(package_name="zhengji", prog_name="zhengji")
@click.pass_context
def cli(context: click.Context, config: Path | None) -> None:
    """征集：接收、清点并汇报全国案例征集的来信。"""
    set_up_logging(verbose=context.invoked_subcommand in _TALKATIVE)
    context.obj = Context(config)


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
