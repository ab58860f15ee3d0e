"""Word files of other matters that reach the same mailbox: none of them is a list, a form or a material of the call."""

from functools import cache

from tests.doc_builders import FORM_TITLE, LIST_TITLE, form_grid, list_grid
from tests.docx_writer import Block, docx_bytes

_REPORT = (
    "各小区物业服务企业认真落实要求，物业服务质量稳步提升，小区环境明显改善，业主满意度逐年提高，社区、街道评价良好。"
)


@cache
def foreign_documents() -> dict[str, bytes]:
    """Return name -> bytes of papers that hold some of the same words and tables."""
    return {**_papers(), **_tables(), **_other_forms(), "中物协〔2026〕8号通知.docx": notice_docx()}


def notice_docx() -> bytes:
    """Return the notice itself with its blank annexes: many provinces send it back along with their material."""
    sections = ("案例标题", "小区简介", "问题诊断", "解决措施", "取得成效", "总结启示", "企业简介")
    asked = [
        line
        for number, name in enumerate(sections)
        for line in (
            f"（{'一二三四五六七'[number]}）{name}",
            f"简述小区物业服务的{name}等基本情况，字数按要求掌握。" * 4,
        )
    ]
    return docx_bytes(
        "中国物业管理协会文件", "中物协〔2026〕8号", "关于征集2026年住宅小区“好服务”案例的通知",
        "各省、自治区、直辖市物业管理行业协会：", _REPORT * 6, "附件2", "住宅小区“好服务”案例材料要求", *asked,
        "附件3", FORM_TITLE, form_grid({}), "附件4", LIST_TITLE, "提交单位（盖章）：_____", "联系人：_____",
        "联系电话：_____", list_grid([]),
    )  # fmt: skip


def _grid(*rows: str) -> list[list[str]]:
    """Return a table of rows whose cells are parted by strokes; ← is a cell merged with the one left of it."""
    return [row.split("|") for row in rows]


def _papers() -> dict[str, bytes]:
    headed = [
        "一、基本情况",
        _REPORT * 3,
        "二、主要做法",
        _REPORT * 8,
        "三、取得成效",
        _REPORT * 4,
        "四、存在问题",
        _REPORT,
    ]
    clauses = [f"第{n}条 甲方委托乙方对本小区提供物业服务，乙方应当接受甲方监督。" for n in range(1, 40)]
    contract = ["一、小区概况", *clauses, "二、主要措施", *clauses, "三、公司简介", *clauses]
    asks = ["中国物业管理协会：", _REPORT, "联系人：张三 联系电话：010-88083570"]
    papers: dict[str, list[Block]] = {
        "会议纪要": ["理事会会议纪要", "时间：2026年6月1日", "一、听取案例征集情况", _REPORT, "二、主要做法", _REPORT],
        "工作总结": ["2025年物业管理工作总结", *headed],
        "关于报送案例的函": ["关于报送住宅小区“好服务”推荐案例的函", *asks],
        "情况报告": ["关于案例推荐工作的情况报告", *headed],
        "物业服务合同": ["前期物业服务合同", *contract],
        "邀请函": ["邀请函", "诚邀贵单位参加物业管理年会。", "联系人：李四", "电话：021-12345678"],
        "空白文档": [""],
        "通讯录": ["省级物协通讯录", _grid("序号|单位|联系人|联系电话|备注", "1|浙江省物协|张三|13800000000|")],
    }
    return {f"{name}.docx": docx_bytes(*blocks) for name, blocks in papers.items()}


def _tables() -> dict[str, bytes]:
    tables = {
        ("发票", "增值税专用发票"): _grid("项目名称|规格型号|单位|数量|单价|金额", "物业服务费||月|12|2.5|30"),
        ("签到表", "案例评审会签到表"): _grid("序号|姓名|单位|职务|联系电话|签名", "1|张三|杭州物业|经理|138|"),
        ("物资清单", "防汛物资清单"): _grid("序号|项目名称|类型|数量|备注", "1|沙袋|防汛|500|"),
        ("优秀项目经理推荐汇总清单", "优秀项目经理推荐汇总清单"): _grid(
            "序号|姓名|项目名称|物业服务企业|推荐单位|备注", "1|王五|春江花园|春江物业|杭州市物协|"
        ),
        ("示范项目汇总表", "2026年物业管理示范项目汇总表"): _grid(
            "序号|项目名称|申报单位|项目类型|推荐单位|备注", "1|春江大厦|春江物业|写字楼|杭州市物协|"
        ),
        ("在管项目台账", "企业在管项目台账"): _grid(
            "序号|小区名称|物业服务企业|交付时间|建筑面积", "1|春江花园|春江物业|2015年|12万"
        ),
        ("收费标准备案表", "物业服务收费备案汇总表"): _grid(
            "序号|小区名称|物业公司|物业类型|收费标准", "1|春江花园|春江物业|商品住宅|2.5"
        ),
    }
    return {f"{name}.docx": docx_bytes(title, grid) for (name, title), grid in tables.items()}


def _other_forms() -> dict[str, bytes]:
    forms = {
        ("先进个人推荐表", "全国物业管理行业先进个人推荐表"): _grid(
            "姓名|赵六|性别|男", "工作单位|春江物业|←|←", "联系地址|文三路1号|←|←", "手机|13800000000|电话|0571-1",
            "推荐理由|爱岗敬业|←|←", "推荐单位|杭州市物协|←|←", "申报单位|春江物业|←|←",
        ),
        ("示范项目申报表", "物业管理示范项目申报表"): _grid(
            "项目名称|春江大厦|项目地址|文三路1号", "物业服务企业|春江物业|项目类型|写字楼",
            "建筑面积|10万㎡|竣工时间|2014年",
            "收费标准|8元|收缴率|99%", "联系人|张三|联系电话|13800000000", "推荐单位|杭州市物协|←|←",
        ),
        ("入会申请表", "会员入会申请表"): _grid(
            "企业名称|春江物业|←|←", "通讯地址|文三路1号|←|←", "联系人|张三|手机|13800000000", "申请理由|愿意加入|←|←"
        ),
        ("参会回执", "参会回执"): _grid("单位名称|春江物业|←|←", "姓名|张三|手机|138"),
    }  # fmt: skip
    return {f"{name}.docx": docx_bytes(title, grid) for (name, title), grid in forms.items()}
