"""What kind of mail it is: headers first, then files, then words; what is set aside is set aside for a stated reason."""

from typing import Any

import pytest

from config.campaign import Campaign
from ingest.senders.mail_kind import mail_kind
from parsers.letter import Letter


def letter(**changes: Any) -> Letter:
    fields: dict[str, Any] = {
        "message_id": "<1@x>", "subject": "", "from_address": "a@b.cn", "from_name": "", "to": (), "date": None,
        "received": None, "text": "", "automatic": None, "defects": (),
    }  # fmt: skip
    return Letter(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "kinds", "known", "expected"),
    [
        ({"subject": "报送"}, ["summary_list"], False, "submission"),
        ({"subject": "你好"}, ["recommendation_form"], False, "submission"),
        ({"subject": "浙江省好服务案例"}, ["photo", "photo"], False, "submission"),
        ({"subject": "材料"}, ["archive"], True, "submission"),
        ({"subject": "旅游照片"}, ["photo"], False, "submission"),
        ({"subject": "见附件"}, ["archive", "named"], False, "submission"),
        ({"subject": "代开发票"}, ["archive"], False, "unrelated"),
        ({"subject": "报送", "automatic": "Auto-Submitted: auto-generated"}, ["case_material"], True, "submission"),
        ({"subject": "报送", "automatic": "Auto-Submitted: auto-replied"}, ["case_material"], True, "automatic"),
        ({"subject": "好服务案例", "text": "材料已上传，请点击下载 https://a.example/f?p=1"}, [], True, "submission"),
        ({"subject": "好服务案例", "text": "请问在 https://a.example/f?p=1 下载表格吗"}, [], True, "inquiry"),
        ({"subject": "发票"}, ["other"], False, "unrelated"),
        ({"subject": "好服务案例材料", "text": "从QQ邮箱发来的超大附件"}, [], False, "submission"),
        ({"subject": "请问推荐表可以延期吗？"}, [], False, "inquiry"),
        ({"subject": "请问几号截止"}, [], True, "inquiry"),
        ({"subject": "特价机票"}, [], False, "unrelated"),
        ({"subject": "自动回复：好服务案例报送"}, [], False, "automatic"),
        ({"subject": "回复", "automatic": "Auto-Submitted: auto-replied"}, [], True, "automatic"),
        ({"subject": "退信", "automatic": "Content-Type: multipart/report"}, ["summary_list"], True, "automatic"),
        ({"subject": "行业周刊", "automatic": "List-Unsubscribe: <x>"}, ["photo"], False, "automatic"),
        ({"subject": "群发报送", "automatic": "Precedence: bulk"}, ["summary_list"], True, "submission"),
        ({"subject": "浙江报送"}, ["unread"], True, "submission"),
        ({"subject": "浙江好服务案例"}, ["unread"], False, "submission"),
        ({"subject": "发票"}, ["unread"], False, "unrelated"),
        ({"subject": "请问推荐表怎么填？"}, ["named"], True, "inquiry"),
        ({"subject": "报送推荐表"}, ["named"], True, "submission"),
        ({"from_address": "wzglzzh@ecpmi.org.cn", "subject": "转发"}, ["summary_list"], False, "submission"),
        ({"from_address": "wzglzzh@ecpmi.org.cn", "subject": "日报"}, ["other"], False, "automatic"),
    ],
)
def test_a_mail_is_told_by_headers_then_files_then_words(
    campaign: Campaign, changes: dict[str, Any], kinds: list[str], known: bool, expected: str
) -> None:
    kind, evidence = mail_kind(letter(**changes), kinds, sender_known=known, campaign=campaign)
    assert kind == expected
    assert evidence
