"""Names for labelled documents: places of GB/T 2260, communities, companies, associations and people, some rare."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random

# Places whose names hold characters that fonts and OCR often lack.
_RARE = (
    "芝罘", "亳州", "濮阳", "郫都", "盱眙", "歙县", "黟县", "莒县", "鄄城", "郯城", "婺源", "濉溪", "砀山", "邛崃", "犍为",
    "漯河", "鄱阳", "瀍河", "綦江", "睢宁", "邳州", "邗江", "枞阳", "衢江", "涪陵", "泸溪", "醴陵", "耒阳", "郴江", "隰县",
)  # fmt: skip
_OWN = (
    "春江", "锦绣", "阳光", "翠湖", "金色", "滨河", "紫荆", "融创", "碧桂", "万科", "保利", "中海", "绿城", "龙湖", "观澜",
    "书香", "御景", "学府", "望江", "雅居", "瑞祥", "康桥", "颐和", "澜庭", "曦城", "鑫苑", "玺园", "臻园", "珺悦", "晟景",
)  # fmt: skip
_HOUSES = (
    "花园", "家园", "小区", "嘉苑", "名苑", "新村", "国际社区", "公馆", "丽景城", "佳园", "华庭", "雅苑", "花园（北区）",
    "家园二期", "花园一期", "新城A区", "首府", "名邸", "人家", "安置小区", "职工家属院", "1号院", "·云著", "花园（东苑）",
)  # fmt: skip
_BRANDS = (
    "鑫泰",
    "永安",
    "嘉诚",
    "金钥匙",
    "福瑞",
    "华润",
    "明喆",
    "长城",
    "佳美",
    "世邦",
    "宏昇",
    "旭辉",
    "珺安",
    "垚鑫",
    "德馨",
)
_COMPANIES = (
    "物业服务有限公司", "物业管理有限公司", "物业服务集团有限公司", "物业服务有限责任公司", "城市服务有限公司",
    "物业服务股份有限公司", "物业管理有限公司第一分公司",
)  # fmt: skip
_ASSOCIATIONS = ("物业管理协会", "物业管理行业协会", "物业服务行业协会", "物业服务和管理协会", "房地产业协会")
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余叶杜苏魏吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤亓逄郄闫禚"
_GIVEN = "建国秀英伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华玉红梅志文晓宇浩然子轩雨桐欣怡喆堃祎彧玥婧琦昊睿翊淼焱"
_STREETS = ("人民路", "解放大街", "文三路", "建设东路", "中山北路", "和平街", "滨湖大道", "学苑路", "泉城路", "栖霞巷")


@dataclass(frozen=True)
class Place:
    """A quota unit: the province's short and full name, and the full name of the city."""

    province: str
    province_name: str
    city: str

    @property
    def short(self) -> str:
        """The city as companies bear it in their names."""
        return self.city if len(self.city) <= 2 else self.city.removesuffix("市").removesuffix("区")


@cache
def _places() -> tuple[Place, ...]:
    text = resources.files("config").joinpath("divisions.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    full = {row["province"]: row["name"] for row in rows if row["level"] == "province"}
    return tuple(Place(row["province"], full[row["province"]], row["city"]) for row in rows if row["level"] == "city")


def place(random: Random, province: str = "") -> Place:
    """Return a city, of a province where one is named."""
    return random.choice([one for one in _places() if not province or one.province == province])


def community(random: Random) -> str:
    """Return a community's name; one in six holds a rare character."""
    begins: Sequence[str] = _RARE if random.random() < 1 / 6 else _OWN
    return random.choice(begins) + random.choice(("", "", *_OWN)) + random.choice(_HOUSES)


def company(random: Random, at: Place) -> str:
    """Return a company of a city."""
    name = at.short + random.choice(_BRANDS) + random.choice(_COMPANIES)
    return f"{name}{at.short}分公司" if random.random() < 0.1 and not name.endswith("分公司") else name


def association(random: Random, of: str) -> str:
    """Return the association of a city or a province."""
    return of + random.choice(_ASSOCIATIONS)


def person(random: Random) -> str:
    """Return a person's name of two or three characters."""
    return random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2))))


def address(random: Random, at: Place) -> str:
    """Return a street address in a city."""
    return f"{at.province_name}{at.city}{random.choice(_STREETS)}{random.randint(1, 399)}号"
