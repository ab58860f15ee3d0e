"""What fuzzing starts from: real mails, names and archives, small ones."""

import base64
import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.inbox import mail
from tests.mail_builders import attachment, deep_multiparts, encoded_word, gbk_zip, many_parts, multipart, nested
from tests.mail_builders import mail as raw_mail
from tests.sample import day

_NAMES = (
    b'attachment; filename="=?gb2312?B?u+PX3MfltaUuZG9jeA==?="',
    b"attachment; filename*=gb18030''%BB%E3%D7%DC.docx; filename=\"????.docx\"",
    b"attachment; filename*0*=utf-8''%E6%B1%87; filename*1*=%E6%80%BB.docx",
    b'application/msword; name="..\\..\\x.doc"',
    encoded_word("汇总清单.docx", "gbk", "gbk"),
    "汇总清单.docx".encode("gbk") + b"\0" + "推荐表.docx".encode(),
)


def write_seeds(target: str, corpus: Path) -> None:
    """Write a target's seeds into its corpus."""
    for number, seed in enumerate({"letter": _letters, "names": lambda: iter(_NAMES), "unpack": _archives}[target]()):
        (corpus / f"seed-{number:02}").write_bytes(seed)


def _letters() -> Iterator[bytes]:
    when = day("07-20T10:00:00")
    yield mail("a@b.example", "浙江报送", when, {"汇总清单.docx": b"PK\x03\x04", "照片.jpg": b"\xff\xd8\xff"})
    yield raw_mail(multipart([attachment("x.eml", mail("c@d.example", "转发", when, {"a.txt": b"a"}))]))
    yield raw_mail(nested(3, attachment("深.docx", b"x")))
    yield raw_mail(many_parts(20))
    yield raw_mail(deep_multiparts(10))
    yield b"From: a@b\r\nContent-Type: text/html; charset=gb2312\r\n\r\n" + _HTML.encode("gb18030")
    yield b"From: a@b\r\nAuthentication-Results: mx.x; spf=pass smtp.mailfrom=b; dkim=fail (bad) header.d=b\r\n\r\nx"
    yield base64.encodebytes(b"\x78\x9f\x3e\x22" + bytes(60))


_HTML = (
    "<div>-----原始邮件-----<br>发件人：王建国 &lt;w@b.cn&gt;<br>发送时间：2026年8月1日 10:00<br>主题：报送</div>"
    "<table><tr><td>序号</td><td>小区名称</td><td>申报单位</td></tr><tr><td>1</td><td rowspan=2>春江</td></tr></table>"
    '<a href="https://mail.163.com/large-attachment-download/index.html?file=abc" filename="a.zip" filesize="100"'
    ' expiretime="1785600000000">a.zip</a> (3.61M, 2026年8月25日 13:35 到期) 提取码：ab12'
)


def _archives() -> Iterator[bytes]:
    files = {"企业/春江花园/推荐表.docx": b"form" * 50, "../x.txt": b"x", "照片.jpg": b"\xff\xd8\xff" + bytes(100)}
    yield gbk_zip(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    yield out.getvalue()
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    yield tar.getvalue()
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        yield pack(tar.getvalue())
