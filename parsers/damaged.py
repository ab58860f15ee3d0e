"""What is a damaged file called to the person who asks for another? By its name, where its bytes say too little."""

from pathlib import PurePosixPath

# What a file with such a name is to people.
_CALLED = {
    **dict.fromkeys((".docx", ".docm", ".doc", ".wps"), "Word 文件"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".et"), "电子表格"),
    **dict.fromkeys((".pptx", ".ppt"), "演示文稿"),
}
_OUTLOOK = "Outlook 邮件（.msg）已损坏，打不开，请对方重发，或另存为 .eml、把附件直接发来"


def find_damage(name: str, format_: str, status: str, size: int) -> str | None:
    """Return the Chinese reason for a file that is damaged by its name, None where its content's own reason is right.

    A .docx that was cut off after its first bytes looks like a broken archive, a broken .msg like an old document.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if format_ == "ole" and suffix == ".msg" and status in {"unsupported", "corrupt"}:
        return _OUTLOOK
    if format_ == "zip" and suffix in _CALLED and status == "corrupt":
        return f"{_CALLED[suffix]}是空的或已损坏（{size} 字节），打不开，请对方重发"
    return None
