"""What the views are called that SQL may ask, and their columns, in words: docs/views.md says the same at length."""

from collections.abc import Mapping

VIEWS: Mapping[str, str] = {
    "cases": "案例",
    "submissions": "报送（每省一行）",
    "findings": "问题",
    "messages": "来信",
    "files": "文件",
    "links": "云附件",
}
CAPTIONS: Mapping[str, Mapping[str, str]] = {
    "cases": {
        "province": "省份", "city": "城市", "community": "小区名称", "company": "物业服务企业",
        "address": "联系地址", "completed": "建成时间", "floor_area_m2": "建筑面积", "delivered": "交付时间",
        "project_type": "项目类型", "fee_text": "物业服务费价格", "fee_low": "费价低", "fee_high": "费价高",
        "collection_rate": "收缴率", "applicant_contact": "申报单位联系人", "applicant_phone": "申报单位手机",
        "recommender": "推荐单位", "recommender_contact": "推荐单位联系人", "recommender_phone": "推荐单位手机",
        "reason": "推荐理由", "applicant_signed": "申报单位盖章日期", "recommender_signed": "推荐单位盖章日期",
        "remark": "备注", "list_number": "序号", "in_list": "清单列有", "has_form": "有推荐表",
        "form_stamped": "推荐表盖章", "has_material": "有案例材料", "photos": "合格照片", "videos": "视频",
        "first_arrival": "首次到达", "complete": "材料齐全", "title": "案例标题", "withdrawn": "撤回",
    },
    "submissions": {
        "province": "省份", "association": "省级物协", "status": "状态", "messages": "报送来信",
        "first_arrival": "首次来信", "last_arrival": "最近来信", "contact": "联系人", "phone": "联系电话",
        "has_list_word": "有清单 Word 版", "has_list_scan": "有清单扫描件", "list_stamped": "扫描件盖章",
        "cases_listed": "清单案例", "cases_complete": "已齐案例", "late": "迟报", "errors": "须改正",
        "warnings": "请核对", "deadline": "截止时间", "nothing_to_send": "零报送",
    },
    "findings": {
        "code": "规则编号", "severity": "级别", "phase": "待报/缺报", "province": "省份", "city": "城市",
        "community": "小区名称", "subject": "对象", "message": "问题", "evidence": "依据", "clause": "条款",
        "message_id": "来信", "file": "文件", "status": "处理", "id": "问题编号", "waived": "豁免",
    },
    "messages": {
        "id": "编号", "mailbox": "收件邮箱", "folder": "文件夹", "uid": "UID", "message_id": "Message-ID",
        "from_address": "发信地址", "from_name": "发信人", "subject": "主题", "arrival": "到达时间",
        "province": "省份", "sender_level": "发信单位级别", "files": "文件数", "bytes": "大小", "kind": "类别",
        "sender_basis": "发信单位依据", "sender_decided_by": "发信单位认定人", "kind_decided_by": "类别认定人",
        "came": "来源",
    },
    "files": {
        "message": "来信", "path": "路径", "sha256": "SHA-256", "bytes": "大小", "kind": "材料种类",
        "province": "省份", "community": "小区名称", "status": "能否打开", "superseded": "已被替代",
        "confidence": "归档把握", "filing_basis": "归档依据",
    },
    "links": {
        "province": "省份", "message_pk": "来信编号", "message": "来信", "number": "第几个链接",
        "provider": "来源", "name": "文件名", "size": "大小", "bytes": "字节数", "expires": "到期",
        "expires_text": "到期原文", "code": "提取码", "url": "链接", "is_open": "待下载",
    },
}  # fmt: skip
# What stands in columns that hold words of the program.
VALUES: Mapping[str, str] = {
    "severity": "error 须改正、warning 请核对、info 提示",
    "status": "问题：open 待处理、waived 已豁免；报送：none 未报送、partial 部分报送、complete 已报齐；文件：ok 能打开",
    "project_type": "commodity 商品住宅、resettlement 安置房、soe_transferred 国企移交、abandoned 弃管、other 其他",
    "kind": "来信：submission 报送、inquiry 咨询、automatic 自动邮件、unrelated 无关邮件",
    "是否": "1 是、0 否、空 不知道",
}
