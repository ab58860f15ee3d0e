"""How was it drawn? The protocol in words that a province can follow, and a script by which anybody draws it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from importlib.metadata import version

from config.campaign import Campaign
from reports.sampling.draw import Draw, wanted
from reports.sampling.population import Population
from reports.wording import clock

# The names of the lines that are read back when a sample is verified.
SEED, SHARE, HASH, BOUNDS, AS_OF, ADDED = "种子", "抽样率要求", "总体指纹", "总体范围", "截至", "补抽"
EVERY = "每省至少一个"
CLAUSE = "三(三)2"
Lines = list[tuple[str, str]]

RECIPE = """\
import hashlib, math
from fractions import Fraction
def lot(text):
    return hashlib.sha256((SEED + "\\n" + text).encode("utf-8")).hexdigest()
with open("总体名单.txt", encoding="utf-8-sig") as file:
    rows = [line.rstrip("\\r\\n").split("\\t") for line in file if line.strip()]
N = len(rows); n = math.ceil(Fraction(SHARE) * N); start = int(lot("起点")[:8], 16)
strata = {}
for layer, key in rows:
    strata.setdefault(layer, []).append(key)
done = given = 0; drawn = []
for layer, keys in strata.items():
    done += len(keys)
    reached = (done * n * 16**8 + start * N) // (N * 16**8)
    drawn += sorted(keys, key=lot)[:reached - given]
    given = reached
lines = sorted(layer + "\\t" + key + "\\n" for layer, key in rows)
print("总体指纹", hashlib.sha256("".join(lines).encode("utf-8")).hexdigest())
print(*drawn, sep="\\n")"""
# Where every province is to give one, this stands before the last three lines.
EVERY_RECIPE = """\
for province in dict.fromkeys(layer.split("/")[0] for layer, _ in rows):
    own = [key for layer, key in rows if layer.split("/")[0] == province]
    if not set(own) & set(drawn):
        drawn.append(min(own, key=lot))"""
_LAST = 3
_EVERY_STEP = f"方法四：{EVERY}"
_METHOD = (
    (
        "方法一：分层",
        "按省份、项目类型分层，类型不明的自成一层。层的先后：省份按行政区划代码，类型按通知所列的次序。",
    ),
    (
        "方法二：各层抽几个",
        (
            "从第一层起逐层累加案例数；累计数乘以（应抽÷总数），再加上“起点”，舍去小数；这个整数与上一层的整数之差就是本层抽取数。"
            "起点是 0 到 1 之间的数：对“种子、换行、起点”这段文字求 SHA-256，取前 8 位十六进制数，除以 16 的 8 次方。"
            "这样各层、各省抽到的都是应得份额舍去或进为整数，合计正好是应抽数，每个案例被抽中的机会相同。"
        ),
    ),
    (
        "方法三：层内抽谁",
        "案例的抽签号是“种子、换行、编号”这段文字的 SHA-256；层内按抽签号从小到大排，前几个抽中，其后依次为候补。",
    ),
    (_EVERY_STEP, "有案例而一个也没有抽到的省，抽其中抽签号最小的一个。"),
    (
        "候补",
        "抽中的案例撤回时，由同一层的下一个候补替补；该层没有候补的，由本省其余各层中抽签号最小的替补。",
    ),
    (
        "怎样复核",
        (
            "把《总体名单》中“层”“编号”两列（不含表头）原样复制到文本文件 总体名单.txt（UTF-8），"
            "在任何一台装有 Python 3 的电脑上运行下面的小程序，应得到同样的总体指纹和抽中名单。"
        ),
    ),
)


@dataclass(frozen=True)
class Protocol:
    """A sample with all that explains it: the population's bounds, the moment that it shows, the campaign."""

    draw: Draw
    population: Population
    as_of: datetime
    campaign: Campaign


def percent(count: int, total: int) -> str:
    """Return a rate for people: 21.4%."""
    return f"{100 * count / total:.1f}%" if total else "–"


def share_said(share: Fraction) -> str:
    """Return a share as a decimal where it is one: 0.2, else as a fraction."""
    text = f"{float(share):.6f}".rstrip("0").rstrip(".")
    return text if Fraction(text) == share else str(share)


def protocol_lines(protocol: Protocol) -> Lines:
    """Return the protocol, a line each with its name; the script follows line by line."""
    draw, call = protocol.draw, protocol.campaign.call
    chosen, total = len(draw.chosen), draw.total
    left = "；".join(f"{reason} {count} 个" for reason, count in protocol.population.left_out.items()) or "无"
    extra = sum(stratum.extra for stratum in draw.strata)
    return [
        ("依据", f"{call.notice} {CLAUSE}：通过实地调研和现场暗访等方式开展抽查，抽样率不低于 {call.sample_share:.0%}"),
        (AS_OF, f"{clock(protocol.as_of, call.zone)}（北京时间）的案例状况"),
        (BOUNDS, f"{protocol.population.bounds}，共 {total} 个"),
        ("未进入总体", left),
        (SHARE, share_said(draw.share)),
        (EVERY, "是" if draw.every_province else "否"),
        (SEED, draw.seed),
        (HASH, draw.population_hash),
        ("应抽", f"{total} × {share_said(draw.share)}，不足一个的进为一个：{wanted(draw.share, total)} 个"),
        ("实抽", f"{chosen} 个（{percent(chosen, total)}）" + (f"，其中按“{EVERY}”增加 {extra} 个" if extra else "")),
        *_method(draw),
        ("程序", f"zhengji {version('zhengji')}；核对：zhengji sample verify 本文件"),
        *_script(draw),
    ]  # fmt: skip


def _method(draw: Draw) -> Lines:
    return [line for line in _METHOD if draw.every_province or line[0] != _EVERY_STEP]


def _script(draw: Draw) -> Lines:
    head = [f"SEED = {python_text(draw.seed)}", f'SHARE = "{share_said(draw.share)}"']
    lines = RECIPE.splitlines()
    every = EVERY_RECIPE.splitlines() if draw.every_province else []
    return [("小程序", line) for line in (*head, *lines[:-_LAST], *every, *lines[-_LAST:])]


def python_text(text: str) -> str:
    """Return a text as Python writes it, its Chinese left legible."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def script_of(lines: Sequence[tuple[str, str]]) -> str:
    """Return the script that stands in a protocol's lines."""
    return "\n".join(text for name, text in lines if name == "小程序") + "\n"
