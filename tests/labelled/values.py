"""Values as clerks write them, each with its normal form: dates, areas, rates, fees, phones and project types."""

from random import Random

from tests.labelled.truth import Said

_FIGURES = "〇一二三四五六七八九"
_TYPES = {
    "commodity": ("商品住宅小区", "商品住宅", "商品房", "普通商品住宅"),
    "resettlement": ("安置房小区", "安置房", "回迁房", "拆迁安置"),
    "soe_transferred": ("国企移交社会管理小区", "国企移交", "三供一业", "国企移交小区"),
    "abandoned": ("弃管小区", "弃管", "失管"),
    "other": ("老旧小区", "房改房", "其他"),
}
_BOXES = ("商品住宅小区", "安置房小区", "国企移交社会管理小区", "弃管小区")
_TICKS = (("☑", "□"), ("√", "□"), ("■", "□"), ("☑", "☐"), ("√", ""))


def han(number: int) -> str:
    """Return a number under 100 in Chinese: 12 is 十二."""
    tens, ones = divmod(number, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else f"{_FIGURES[tens]}十"
    return lead + (_FIGURES[ones] if ones or not tens else "")


def date(random: Random, first: int = 1996, last: int = 2019, *, open_: bool = True) -> Said:
    """Return a date; where `open_`, sometimes one that is none (phases, an age)."""
    year, month, day = random.randint(first, last), random.randint(1, 12), random.randint(1, 28)
    if open_ and random.random() < 0.04:
        return Said(
            random.choice((f"{year}-{year + 2}分期交付", "九十年代末", "待定", f"{year}年5月一期，{year + 1}年二期")),
            None,
        )
    figures = "".join(_FIGURES[int(one)] for one in str(year))
    to_month, to_day = f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}"
    return random.choice((
        Said(f"{year}年{month}月", to_month), Said(f"{year}年{month}月", to_month), Said(f"{year}.{month}", to_month),
        Said(f"{year}年{month}月{day}日", to_day), Said(to_day, to_day), Said(f"{year}/{month}/{day}", to_day),
        Said(f"{year}.{month:02d}.{day:02d}", to_day), Said(f"{figures}年{han(month)}月", to_month),
        Said(f"{year}年{month}月底", to_month), Said(f"{year % 100:02d}年{month}月", to_month), Said(f"{year}年", str(year)),
        Said(f"{year} 年 {month} 月", to_month), Said(f"{year}年{month:02d}月", to_month), Said(to_month, to_month),
        Said(f"{year}年上半年", str(year)), Said(str(year), str(year)), Said(f"{year}年{month}月（一期）", to_month),
    ))  # fmt: skip


def area(random: Random) -> Said:
    """Return a floor area in m²; sometimes one that lost its 万 or its unit's meaning."""
    thousands = random.randint(8, 620)
    square = thousands * 1_000
    exact = square + random.randint(0, 99_999) / 100
    wan = f"{thousands / 10:g}"
    if random.random() < 0.04:
        return Said(
            random.choice((f"{thousands / 10:.1f}", f"{wan}-{thousands / 10 + 2:g}万㎡", f"{thousands}亩")), None
        )
    notations = [
        Said(f"{wan}万平方米", square), Said(f"{wan}万平方米", square), Said(f"{square:,}㎡", square),
        Said(f"{square} m2", square), Said(f"{square}平方米", square), Said(f"约{wan}万㎡", square),
        Said(f"{wan}万㎡", square), Said(f"{exact:.2f}㎡", round(exact, 2)), Said(f"{wan} 万 m²", square),
        Said(f"总建筑面积{wan}万平方米", square), Said(f"{exact:,.2f}平方米", round(exact, 2)), Said(f"{wan}万", square),
    ]  # fmt: skip
    tens = thousands // 10
    if 1 < tens < 100:
        notations.append(Said(f"{han(tens)}万平方米", tens * 10_000))
    return random.choice(notations)


def rate(random: Random) -> Said:
    """Return a collection rate as a fraction; sometimes a bare 1 or a range."""
    tenths = random.randint(880, 999)
    whole, fraction = tenths // 10, tenths / 1_000
    text = f"{tenths / 10:g}"
    if random.random() < 0.04:
        return Said(random.choice(("1", f"{whole - 3}%-{whole}%", "很高")), None)
    return random.choice((
        Said(f"{text}%", fraction), Said(f"{text}%", fraction), Said(text, fraction), Said(f"{fraction:g}", fraction),
        Said(f"{whole}％以上", whole / 100), Said(f"百分之{han(whole)}", whole / 100), Said(f"2025年{text}%", fraction),
        Said(f"{text}％（2025年）", fraction), Said(f"2024年{whole - 4}%，2025年{text}%", fraction), Said("100%", 1.0),
        Said(f"百分之{han(whole)}点{_FIGURES[tenths % 10]}", fraction), Said(f"不低于{whole}%", whole / 100),
        Said(f"{text} %", fraction), Said(f"{text}%左右", fraction),
    ))  # fmt: skip


def fee(random: Random) -> Said:
    """Return the lowest and the highest price in 元/㎡·月; sometimes one of another unit."""
    low = random.randint(30, 320) / 100
    high = low + random.randint(10, 150) / 100
    one, two = (low, low), (low, round(high, 2))
    a, b = f"{low:g}", f"{high:.2f}".rstrip("0").rstrip(".")
    if random.random() < 0.04:
        return Said(random.choice(("30元/户·月", "免费", "按面积收取")), None)
    return random.choice((
        Said(f"{a}元/㎡·月", one), Said(f"{a}元/㎡·月", one), Said(f"{a}元/平方米/月", one), Said(f"{low:.2f}", one),
        Said(f"{a}元/平方米·月", one), Said(f"{a}-{b}元/㎡·月", two), Said(f"{a}～{b}元/平方米·月", two),
        Said(f"多层{a}元/㎡·月，高层{b}元/㎡·月", two), Said(f"住宅{a}元/月/㎡", one), Said(f"{low:.2f}元/月·平方米", one),
        Said(f"多层：{a}元/㎡·月；高层：{b}元/㎡·月", two), Said(f"{low:.2f}元/平米·月（含电梯费）", one),
        Said(f"{a}元每平方米每月", one), Said(f"{a} 元/m²·月", one),
    ))  # fmt: skip


def phone(random: Random) -> Said:
    """Return a telephone number: the one to ring, as digits."""
    mobile = f"1{random.choice(('38', '39', '58', '86', '77', '99', '31', '50'))}{random.randint(0, 99_999_999):08d}"
    code = random.choice(("010", "021", "0531", "0571", "0755", "0991", "023"))
    line = f"{random.randint(2, 8)}{random.randint(0, 9_999_999):07d}"
    return random.choice((
        Said(mobile, mobile), Said(mobile, mobile), Said(mobile, mobile), Said(f"{code}-{line}", code + line),
        Said(f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}", mobile), Said(f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", mobile),
        Said(f"（{code}）{line}", code + line), Said(f"{code}-{line}转801", code + line),
        Said(f"{code}-{line}\n{mobile}", mobile), Said(f"{mobile}/{code}-{line}", mobile), Said(f"{code} {line}", code + line),
    ))  # fmt: skip


def project_type(random: Random, *, boxes: bool) -> Said:
    """Return a project type in words or, where `boxes`, half of the time by a ticked box; sometimes none is ticked."""
    name = random.choice(("commodity", "commodity", "resettlement", "soe_transferred", "abandoned", "other"))
    if not boxes or name == "other" or random.random() < 0.5:
        return Said(random.choice(_TYPES[name]), name)
    ticked = None if random.random() < 0.05 else list(_TYPES).index(name)
    tick, box = random.choice(_TICKS if ticked is not None else _TICKS[:4])
    gap = random.choice((" ", "\n", "  "))
    marks = [tick if index == ticked else box for index in range(len(_BOXES))]
    return Said(
        gap.join(mark + word for mark, word in zip(marks, _BOXES, strict=True)), name if ticked is not None else None
    )
