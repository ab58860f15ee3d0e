"""The settings of how long personal data is kept (个人信息保护法 第十九条: as short as its purpose needs)."""

from pydantic import Field

from config.section import Section


class RetentionSettings(Section):
    """How long what is kept after a campaign stays.

    `keep_days` after the deadline its personal data is due to be removed, and not before; the access log keeps
    `access_days` (网络安全法 第二十一条 asks for six months at least).
    """

    keep_days: int = Field(default=180, ge=0, le=3650)
    access_days: int = Field(default=400, ge=183, le=3650)
