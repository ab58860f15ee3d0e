"""Who may do what: three roles, each of which may do what the ones before it may."""

from collections.abc import Mapping

READER, EDITOR, ADMIN = "reader", "editor", "admin"
ROLES: Mapping[str, str] = {READER: "查看", EDITOR: "编辑", ADMIN: "管理员"}
_ORDER = tuple(ROLES)


def may(role: str, needed: str) -> bool:
    """Tell whether a role may do what another one may."""
    return role in ROLES and _ORDER.index(role) >= _ORDER.index(needed)
