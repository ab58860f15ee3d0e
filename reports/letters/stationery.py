"""Where the templates of letters come from: the staff's own folder where they have one, else those of the package."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from config.campaign import Campaign
from config.errors import nearest
from reports.letters.situations import PLACEHOLDERS, TEMPLATES, demands
from reports.making.templating import Checked, TemplateTroubleError, checked, read_template
from reports.making.writing import write_beside

_HEAD = """\
{{# 《{name}》的模板。改好存盘（UTF-8）后运行 zhengji check-config 检查；井号花括号里的是说明，不会写进函件。
   可用的名称，写作 {{{{ 名称 }}}}；按情形取舍写作 {{% if 名称 %}}…{{% else %}}…{{% endif %}}，另有 and、or、not、==：
{names}
   {needs}
#}}
"""
_NEEDS = {
    "收件回执": "{{ 已收 }} 和 {{ 事项 }} 不论什么情形都要正好出现一次（事项为空时可以不写）；第一行是“主题：…”。",
    "微信": "{{ 要点 }} 不论什么情形都要正好出现一次。写短些：超过一千字时要点会减少。",
}
_NEEDED = "{{ 事项 }} 不论什么情形都要正好出现一次；第一行是“主题：…”。"


def load_templates(folder: Path | None, campaign: Campaign) -> Mapping[str, Checked]:
    """Return every template, checked; TemplateTroubleError where a folder, a file or a template is wrong.

    What the staff's folder does not hold is the package's own.
    """
    own = _own(folder) if folder else {}
    return {name: _checked(name, own.get(name), campaign) for name in TEMPLATES}


def _own(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise TemplateTroubleError(
            f"{folder}: 模板文件夹不存在（[reminders] templates），可运行 zhengji remind templates -o 新建"
        )
    found = {}
    # On Windows 微信.TXT is the same file.
    for path in sorted(one for one in folder.iterdir() if one.suffix.lower() == ".txt"):
        if path.stem not in TEMPLATES:
            raise TemplateTroubleError(f"{path}: 没有《{path.stem}》这种模板{nearest(path.stem, list(TEMPLATES))}")
        found[path.stem] = path
    return found


def _checked(name: str, path: Path | None, campaign: Campaign) -> Checked:
    if path is None:
        return checked(f"{name}.txt（随程序）", default(name), demands(name, campaign))
    return checked(str(path), read_template(path), demands(name, campaign))


@cache
def default(name: str) -> str:
    """Return the package's own template."""
    return (resources.files("reports") / "templates" / "letters" / f"{name}.txt").read_text(encoding="utf-8")


def copy_defaults(folder: Path) -> list[Path]:
    """Write the package's templates into a folder, each with what may stand in it; files that are there stay.

    Returns those that were written. Raises OSError.
    """
    names = "\n".join(f"     {name}：{what}" for name, what in PLACEHOLDERS.items())
    written = []
    for name in TEMPLATES:
        path = folder / f"{name}.txt"
        if not path.exists():
            head = _HEAD.format(name=name, names=names, needs=_NEEDS.get(name, _NEEDED))
            write_beside(path, (head + default(name)).encode("utf-8"))
            written.append(path)
    return written
