"""What it costs to find passages that stand in two materials: how many of those planted, how soon, and how it grows."""

import random
import time
from collections.abc import Iterator
from itertools import chain

from benchmarks.measure import measure
from config.campaign import Campaign, load_campaign
from config.sentences import RECORD, packed
from reports.near_duplicates import Limits, SentenceIndex

_TEXTS, _CHARACTERS, _PLANTED = 1_500, 4_000, 120
_SENTENCES_A_TEXT = 100
_WHO = (
    "项目服务中心",
    "小区党支部",
    "业主委员会",
    "社区居委会",
    "楼栋管家",
    "工程班组",
    "客服前台",
    "安保队伍",
    "网格员",
    "志愿服务队",
)
_DID = ("梳理", "公示", "整改", "回访", "巡查", "落实", "协商", "升级", "统筹", "跟踪", "更换", "维修")
_WHAT = (
    "电梯困人隐患", "地下车库照明", "公共收益账目", "垃圾分类投放点", "消防通道占用", "老旧管网渗漏", "充电设施布局",
    "维修资金使用", "高空坠物风险", "绿化补植方案", "门禁系统改造", "助老服务清单", "骑手友好通道", "水泵房噪声",
    "单元门对讲", "屋面防水", "儿童活动场地", "快递柜位置", "楼道堆物", "雨污分流井",
)  # fmt: skip
_HOW = (
    "做到事事有回音", "形成月度台账", "接受业主监督", "当日办结率稳步提高", "纳入绩效考核", "邀请业主代表现场验收",
    "建立长效机制", "分三批完成", "与街道联合推进", "用数字平台派单闭环", "业主满意度明显提升", "投诉逐月下降",
)  # fmt: skip
# What everybody writes: each text has some of these.
_COMMON = tuple(f"坚持以人民为中心的发展思想，把{what}作为办好民生实事的重要内容。" for what in _WHAT)
# What a province or a company writes: a sentence of these stands in three texts or so.
_HOUSE = 1_500
# Short of the limits: a few sentences that two texts may well have in common.
_LITTLE = 120


def run() -> None:
    """Print what is found among 1,500 texts, and what more texts cost."""
    done = measure(_found)
    said, seconds, planted, met, false = done.result
    print(
        f"\n{_TEXTS} texts of {_CHARACTERS} characters, {planted} pairs share 200 to 1,500: {met} found, {false} false"
    )
    print(f"sentences of the texts (once, when they are read)   {said:8.3f} s")
    print(f"from scratch                                        {seconds:8.3f} s {done.peak_mb:6.0f} MB with the texts")
    for count in (_TEXTS, 15_000, 50_000):
        grown = measure(_grown, count)
        first, one_more = grown.result
        line = f"{count:7,} texts of {_SENTENCES_A_TEXT} sentences: from scratch {first:7.3f} s"
        print(f"{line}, after one new text {one_more * 1000:7.1f} ms, {grown.peak_mb:6.0f} MB")


def _limits(campaign: Campaign) -> Limits:
    return Limits(campaign.call.passage_documents, campaign.call.shared_characters)


def _sentence(source: random.Random) -> str:
    what = "、".join(source.sample(_WHAT, 2))
    when = source.choice(("", f"{source.randint(2023, 2026)}年{source.randint(1, 12)}月，", "集中整治以来，"))
    return f"{when}{source.choice(_WHO)}{source.choice(_DID)}{what}{source.randint(2, 96)}处，{source.choice(_HOW)}。"


def prose(source: random.Random, characters: int) -> list[str]:
    """Return sentences of together so many characters."""
    told: list[str] = []
    while sum(map(len, told)) < characters:
        told.append(_sentence(source))
    return told


def _texts(source: random.Random) -> tuple[list[list[str]], dict[tuple[int, int], int]]:
    """Return texts as sentences, and which pairs share how many characters by plan; as many again share a little."""
    house = [f"按照工作方案，{_sentence(source)}" for _ in range(_HOUSE)]
    texts = [[*source.sample(house, 3), *prose(source, _CHARACTERS), *source.sample(_COMMON, 5)] for _ in range(_TEXTS)]
    numbers = source.sample(range(_TEXTS), 4 * _PLANTED)
    planted = {}
    for pair, (one, other) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
        wanted = source.randint(200, 1_500) if pair < _PLANTED else _LITTLE
        passage = prose(source, wanted)
        passage = passage if pair < _PLANTED else passage[:-1]
        for text in (texts[one], texts[other]):
            at = source.randrange(len(text))
            text[at : at + len(passage)] = passage
        if pair < _PLANTED:
            planted[min(one, other), max(one, other)] = wanted
    return texts, planted


def _found() -> tuple[float, float, int, int, int]:
    campaign = load_campaign("2026-haofuwu")
    texts, planted = _texts(random.Random(2026))
    started = time.perf_counter()
    records = {number: packed({"measures": "".join(text)}, campaign) for number, text in enumerate(texts)}
    said = time.perf_counter()
    index = SentenceIndex()
    index.become(records)
    pairs = {(pair.one, pair.other) for pair in index.pairs(_limits(campaign))}
    seconds = time.perf_counter() - said
    return said - started, seconds, len(planted), len(pairs & planted.keys()), len(pairs - planted.keys())


def _records(source: random.Random, common: list[int]) -> bytes:
    own = chain((source.getrandbits(64) for _ in range(_SENTENCES_A_TEXT - 5)), source.sample(common, 5))
    return b"".join(RECORD.pack(key, 40) for key in sorted(own))


def _many(source: random.Random, count: int) -> Iterator[tuple[int, bytes]]:
    common = [source.getrandbits(64) for _ in range(200)]
    yield from ((number, _records(source, common)) for number in range(count))


def _grown(count: int) -> tuple[float, float]:
    """Return the seconds of all pairs among so many texts, and of those with one more that copies one of them."""
    limits = _limits(load_campaign("2026-haofuwu"))
    texts = dict(_many(random.Random(count), count))
    index = SentenceIndex()
    started = time.perf_counter()
    index.become(texts)
    assert index.pairs(limits) == []
    first = time.perf_counter()
    index.become({**texts, count: texts[count // 2]})
    (pair,) = index.pairs(limits)
    assert (pair.one, pair.other) == (count // 2, count)
    return first - started, time.perf_counter() - first
