"""By which way a message came, in words: a mailbox, an import, or a watched folder with the delivery it lay in."""

from reports.incoming import MessageView

_WAYS = {
    "internaldate": "邮箱",
    "received": "导入，按收信服务器的记录",
    "date": "导入，按发信人的时钟",
    "file": "导入，按文件的时间",
    "kept": "导入，按收下的时间",
}


def source_of(message: MessageView) -> str:
    """Return how a message came and on what its arrival stands: 文件夹“U盘与快递”，2026-08-03 快递."""
    if message.added:
        return message.added
    if not message.place:
        return _WAYS.get(message.arrival_source, message.mailbox)
    box = message.mailbox if message.mailbox.startswith("文件夹") else f"文件夹“{message.mailbox}”"
    stated = "按文件夹名的日期" if message.arrival_source == "folder_day" else "按放入时间"
    return "，".join(part for part in (box, message.delivery, stated) if part)
