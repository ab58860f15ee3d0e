"""Files of other matters in all formats: lists, forms, letters and pictures with the same words as ours, none ours.

`foreign_documents` holds those that are told from ours by their structure in Word; these come on top of them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from tests.doc_builders import FORM_TITLE, LIST_TITLE, form_grid, list_grid
from tests.docx_writer import Block, Grid
from tests.foreign_documents import foreign_documents
from tests.labelled import degrade, digital, pages
from tests.labelled.office import converted
from tests.labelled.truth import Draft, Truth
from tests.seal_drawing import draw_seal, font_of, stamped

_WORDS = "物业服务企业、小区业主委员会、街道社区共同推进物业服务质量提升，项目服务中心做好日常巡查和整改，业主满意。"


@dataclass(frozen=True)
class Foreign:
    """A file of another matter: the formats that it comes in, and what stands in it."""

    name: str
    formats: Sequence[str]
    blocks: Sequence[Block]


def _grid(*rows: str) -> Grid:
    """Return a table of rows whose cells are parted by strokes; ← is a cell merged with the one left of it."""
    return [row.split("|") for row in rows]


_LISTS = (
    Foreign("会员名单", ("xlsx", "pdf"), ["省物业管理协会会员名单", _grid(
        "序号|单位名称|法定代表人|联系人|联系电话|会员类别", "1|杭州春江物业服务有限公司|王强|李四|13800000000|理事",
        "2|宁波甬安物业管理有限公司|赵六|孙七|13900000000|会员")]),
    Foreign("物资清单", ("xlsx", "doc"), ["防汛物资清单", _grid("序号|物资名称|类型|数量|存放小区|备注", "1|沙袋|防汛|500|春江花园|")]),
    Foreign("收费清单", ("xlsx", "html"), ["2026年6月物业费收费清单", _grid(
        "序号|小区名称|房号|业主|建筑面积|收费标准|应收|实收", "1|春江花园|1-101|张三|89.5|2.5|223.75|223.75")]),
    Foreign("培训签到表", ("xlsx", "docx", "jpeg"), ["物业管理培训签到表", _grid(
        "序号|姓名|单位|职务|联系电话|签名", "1|张三|春江物业|经理|13800000000|", "2|李四|甬安物业|主管|13900000000|")]),
    Foreign("在管项目台账", ("xlsx", "doc", "html"), ["企业在管项目台账", _grid(
        "序号|小区名称|物业服务企业|交付时间|建筑面积|项目经理|联系电话", "1|春江花园|春江物业|2015年|12万㎡|王强|13800000000")]),
    Foreign("投诉台账", ("xlsx",), ["物业服务投诉台账", _grid("序号|受理时间|小区名称|物业公司|投诉内容|处理结果", "1|2026.6.1|春江花园|春江物业|电梯|已办结")]),
    Foreign("工资表", ("xlsx",), ["2026年6月工资表", _grid("序号|姓名|部门|基本工资|绩效|实发|签名", "1|张三|工程部|4000|800|4800|")]),
    Foreign("设备台账", ("xlsx", "docx"), ["设施设备台账", _grid("序号|设备名称|型号|数量|安装时间|所在小区|备注", "1|电梯|KONE|4|2015年6月|春江花园|")]),
    Foreign("项目经理汇总表", ("docx", "xlsx"), ["优秀项目经理推荐汇总表", _grid(
        "序号|姓名|所在项目|物业服务企业|推荐单位|备注", "1|王五|春江花园|春江物业|杭州市物业管理协会|")]),
    Foreign("已入选案例名单", ("docx", "xlsx", "pdf"), ["住宅小区物业服务质量提升案例名单", "（中物协〔2026〕3号）", _grid(
        "序号|省份|小区名称|物业服务企业", "1|浙江省|春江花园|杭州春江物业服务有限公司", "2|江苏省|玄武湖畔|南京金陵物业服务有限公司")]),
    Foreign("评审打分表", ("docx", "xlsx"), ["案例评审打分表", _grid(
        "序号|小区名称|党建引领|群众满意|服务履约|其他|总分", "1|春江花园|18|27|36|9|90")]),
    Foreign("初审意见汇总表", ("docx", "xlsx"), ["案例初审意见汇总表", _grid(
        "序号|小区名称|申报单位|推荐单位|初审意见|得分", "1|春江花园|春江物业|杭州市物业管理协会|材料基本齐全，建议补充照片|88")]),
    Foreign("好房子案例汇总表", ("docx", "xlsx", "pdf"), ["“好房子”建设案例汇总表", _grid(
        "序号|项目名称|建设单位|竣工时间|项目类型|推荐单位", "1|春江华府|春江置业|2025年|商品住宅|杭州市住建局")]),
    Foreign("示范项目汇总表", ("docx", "xlsx", "pdf"), ["省级物业服务示范项目推荐汇总表", _grid(
        "序号|项目名称|申报单位|交付时间|项目类型|推荐单位", "1|春江花园|春江物业|2015年|住宅|杭州市房管局")]),
    Foreign("诚信企业名单", ("docx", "pdf"), ["2025年度诚信物业企业名单", _grid(
        "序号|企业名称|所在城市|代表项目|项目类型|推荐单位", "1|春江物业|杭州|春江花园|住宅|杭州市物业管理协会")]),
    Foreign("照片目录", ("docx",), ["照片目录", _grid("序号|小区名称|照片说明|拍摄时间", "1|春江花园|入口景观|2026年5月")]),
    Foreign("专家名单", ("xlsx",), ["评审专家名单", _grid("序号|姓名|单位|职称|专业|联系电话", "1|张三|大学|教授|物业管理|13800000000")]),
)  # fmt: skip
_FORMS = (
    Foreign("员工登记表", ("docx", "doc", "xlsx"), ["员工入职登记表", _grid(
        "姓名|赵六|性别|男", "出生年月|1990年5月|学历|本科", "联系地址|文三路1号|←|←", "手机|13800000000|紧急联系人|李四",
        "应聘项目|春江花园|项目类型|住宅")]),
    Foreign("先进个人推荐表", ("pdf", "jpeg", "doc"), ["全国物业管理行业先进个人推荐表", _grid(
        "姓名|赵六|性别|男", "工作单位|春江物业|←|←", "联系地址|文三路1号|←|←", "手机|13800000000|职务|经理",
        "推荐理由|爱岗敬业|←|←", "推荐单位|杭州市物业管理协会|←|←", "申报单位|春江物业|←|←")]),
    Foreign("优秀项目申报表", ("docx", "pdf", "xlsx"), ["物业服务优秀项目申报表", _grid(
        "项目名称|春江大厦|项目地址|文三路1号", "物业服务企业|春江物业|项目类型|写字楼", "建筑面积|10万㎡|竣工时间|2014年",
        "收费标准|8元|收缴率|99%", "联系人|张三|联系电话|13800000000", "主要业绩|连续三年获奖|←|←", "申报单位意见|同意|←|←")]),
    Foreign("承接查验备案表", ("docx", "pdf"), ["物业承接查验备案表", _grid(
        "小区名称|春江花园|物业服务企业|春江物业", "联系地址|文三路1号|建筑面积|12万㎡", "竣工时间|2014年|交付时间|2015年",
        "项目类型|住宅|联系人|张三", "手机|13800000000|备案单位|房管局")]),
    Foreign("优秀住宅项目推荐表", ("docx", "pdf"), ["物业服务优秀住宅项目推荐表", _grid(
        "项目名称|春江花园|←|←", "物业服务企业|春江物业|←|←", "项目地址|文三路1号|←|←", "竣工时间|2014年|建筑面积|12万㎡",
        "入住率|95%|绿化率|40%", "收费标准|1.8元|收缴率|95%", "项目经理|张三|手机|13800000000", "推荐理由|业主满意|←|←")]),
    Foreign("业委会备案表", ("docx",), ["业主委员会备案表", _grid(
        "小区名称|春江花园|小区地址|文三路1号", "建筑面积|12万㎡|总户数|1200", "业委会主任|张三|手机|13800000000", "物业服务企业|春江物业|←|←")]),
    Foreign("满意度调查表", ("docx", "html"), ["业主满意度调查表", _grid("小区名称|春江花园|房号|1-101", "客户服务|满意|环境卫生|满意", "意见建议|无|←|←")]),
    Foreign("入会申请表", ("pdf",), ["会员入会申请表", _grid(
        "企业名称|春江物业|←|←", "通讯地址|文三路1号|←|←", "联系人|张三|手机|13800000000", "申请理由|愿意加入|←|←", "推荐单位|杭州市物协|←|←")]),
    Foreign("参会回执", ("docx", "xlsx"), ["参会回执", _grid("单位名称|春江物业|←|←", "姓名|张三|手机|13800000000", "是否住宿|是|←|←")]),
    Foreign("报价单", ("xlsx", "pdf"), ["电梯维修报价单", _grid("项目名称|规格|数量|单价|金额", "曳引机|KONE|1|20000|20000")]),
    Foreign("增值税发票", ("pdf", "jpeg"), ["增值税电子普通发票", "购买方：杭州春江物业服务有限公司", _grid(
        "项目名称|规格型号|单位|数量|单价|金额", "物业服务费||月|12|2.5|30.00", "合计||||¥|30.00"), "开票人：张三"]),
)  # fmt: skip
_CLAUSES = [
    f"第{n}条 甲方委托乙方对小区提供物业服务，乙方按合同约定收取物业服务费，接受甲方监督。" for n in range(1, 30)
]
_LETTERS = (
    Foreign("物业服务合同", ("doc", "pdf"), ["前期物业服务合同", "甲方：春江置业", "乙方：春江物业", "一、小区概况", *_CLAUSES, "二、主要措施", *_CLAUSES]),
    Foreign("会议纪要", ("doc", "pdf", "html"), ["理事会会议纪要", "时间：2026年6月1日", "一、听取案例征集情况", _WORDS * 3, "二、主要做法", _WORDS * 3]),
    Foreign("调研报告", ("docx", "doc"), ["全省住宅小区物业服务情况调研报告", "一、基本情况", _WORDS * 8, "二、存在问题", _WORDS * 8,
                                 "三、主要做法", _WORDS * 20, "四、取得成效", _WORDS * 5, "五、工作建议", _WORDS * 5]),
    Foreign("经验交流发言", ("docx",), ["在全省物业管理工作会议上的发言", "尊敬的各位领导：", "一、主要做法", _WORDS * 15, "二、取得成效", _WORDS * 5]),
    Foreign("报送函", ("docx", "pdf", "jpeg"), ["关于报送住宅小区“好服务”推荐案例的函", "中国物业管理协会：", _WORDS, "现将我省推荐案例报送贵会。",
                                           "联系人：张三 联系电话：0571-86012345"]),
    Foreign("公示", ("docx", "html"), ["关于拟推荐住宅小区“好服务”案例的公示", _WORDS, "1.春江花园（杭州春江物业服务有限公司）", "2.西溪诚园（浙江诚园物业）",
                                   "公示期：2026年7月1日至7月5日。"]),
    Foreign("整改通知书", ("docx",), ["限期整改通知书", "春江物业：", _WORDS, "一、存在问题", _WORDS * 2, "二、整改措施", _WORDS * 2]),
    Foreign("工作简报", ("html", "docx"), ["物业管理工作简报", "第12期", "【工作动态】", _WORDS * 4, "【经验交流】", _WORDS * 6]),
    Foreign("电子报", ("html",), ["物协周报", "本期导读", _WORDS, _grid("栏目|标题|作者", "案例|小区治理新探索|张三"), "退订请回复TD", _WORDS * 2]),
    Foreign("邀请函", ("html", "pdf"), ["邀请函", "诚邀贵单位参加物业管理年会。", "联系人：李四", "电话：021-12345678"]),
    Foreign("承诺书", ("docx", "jpeg"), ["诚信承诺书", "我单位承诺所报材料真实有效。", _WORDS, "承诺单位（盖章）：春江物业", "2026年6月1日"]),
    Foreign("授权委托书", ("docx",), ["授权委托书", "兹授权张三办理案例申报事宜。", "委托单位：春江物业（盖章）", "联系电话：13800000000"]),
    Foreign("招标文件", ("doc",), ["物业服务招标文件", "招标人：春江置业", "一、项目概况", _WORDS * 6, "二、服务要求", _WORDS * 10]),
)  # fmt: skip
_BLANK = (
    Foreign("附件3空表", ("docx", "doc", "pdf", "jpeg"), ["附件 3", FORM_TITLE, form_grid({})]),
    Foreign("附件4空表", ("docx", "doc", "xlsx", "pdf", "jpeg", "html"), [
        "附件 4", LIST_TITLE, "提交单位（盖章）：_____", "联系人：_____", "联系电话：_____", list_grid([])]),
)  # fmt: skip
FOREIGN = (*_LISTS, *_FORMS, *_LETTERS, *_BLANK)
_OFFICE = ("doc", "pdf", "jpeg")


def plain_files(folder: Path) -> dict[str, Path]:
    """Write the files that need no conversion: .docx, .xlsx, .html and drawn pictures; return name -> path."""
    files = {name: folder / name for name in foreign_documents()}
    for name, data in foreign_documents().items():
        files[name].write_bytes(data)
    writers = {"docx": digital.docx_of, "xlsx": digital.xlsx_of, "html": digital.html_of}
    for one in FOREIGN:
        for format_ in one.formats:
            if format_ in writers:
                path = folder / f"{one.name}.{format_}"
                path.write_bytes(writers[format_](_draft(one), Random(one.name)))
                files[path.name] = path
    return files | _drawn(folder)


def office_files(folder: Path) -> dict[str, Path]:
    """Write the files that LibreOffice makes: .doc, PDF, and pictures of pages, some stamped; return name -> path."""
    files = {}
    for format_ in ("doc", "pdf"):
        own = folder / format_
        own.mkdir()
        wanted = [one for one in FOREIGN if format_ in one.formats or (format_ == "pdf" and "jpeg" in one.formats)]
        sources = []
        for one in wanted:
            sources.append(own / f"{one.name}.docx")
            sources[-1].write_bytes(digital.docx_of(_draft(one), Random(one.name)))
        made = dict(zip([one.name for one in wanted], converted(sources, format_, own), strict=True))
        files |= {f"{one.name}.{format_}": made[one.name] for one in wanted if format_ in one.formats}
        if format_ == "pdf":
            files |= {f"{one.name}.jpg": _picture(made[one.name], one.name) for one in wanted if "jpeg" in one.formats}
    return files


def _draft(one: Foreign) -> Draft:
    return Draft("other", one.name, one.blocks, Truth())


def _picture(pdf: Path, name: str) -> Path:
    """Return a photo or a scan of the first page of a PDF; every second one is stamped."""
    random = Random(name)
    shown = pages.rendered(pdf, 150, 1)
    if random.random() < 0.5:
        shown = [stamped(shown[0], draw_seal("杭州市物业管理协会", 230), (800, 1_300))]
    seen = random.choice((degrade.scanned, degrade.photographed))(shown[0], random)
    path = pdf.with_suffix(".jpg")
    path.write_bytes(degrade.jpeg(seen, 80))
    return path


def _drawn(folder: Path) -> dict[str, Path]:
    """Write pictures that are no pages: a red banner, a plaque, a business licence with a seal."""
    files = {}
    for name, back, ink in (
        ("横幅", (205, 20, 30), "white"),
        ("奖牌", (200, 170, 90), (150, 20, 20)),
        ("营业执照", (250, 246, 230), "black"),
    ):
        picture = Image.new("RGB", (1_200, 800), back)
        pen = ImageDraw.Draw(picture)
        pen.text((600, 220), name, fill=ink, font=font_of(120), anchor="mm")
        pen.text((600, 420), "春江花园物业服务示范住宅小区", fill=ink, font=font_of(60), anchor="mm")
        if name == "营业执照":
            picture = stamped(picture, draw_seal("杭州市市场监督管理局", 220), (900, 600))
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=85)
        files[f"{name}.jpg"] = folder / f"{name}.jpg"
        files[f"{name}.jpg"].write_bytes(data.getvalue())
    return files
