"""The option by which commands take only some cases: those of a list, or those that the reviewers adopt."""

import click

among = click.option(
    "--among",
    metavar="adopted|名单.txt",
    multiple=True,
    help="只要这些案例：adopted（评阅人一致采用的），或名单文件（每行一个小区）；可多次，合在一起",
)
