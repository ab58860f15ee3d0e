"""Which keys of a mailbox belong together: a password, a command that prints a token, or a refresh token."""

from collections.abc import Set as AbstractSet

_PASSWORD = ("password", "password_file")
_ENDPOINT = ("client_id", "client_secret", "client_secret_file", "refresh_token", "refresh_token_file", "token_url")
_TWICE = ("client_secret", "refresh_token")


def oauth_trouble(given: AbstractSet[str], auth: str) -> str | None:
    """Return what is wrong with the keys that are given, in a Chinese line that names them, or None."""
    passwords, endpoint = _among(_PASSWORD, given), _among(_ENDPOINT, given)
    if auth == "password":
        unused = _among(("token_command", *_ENDPOINT), given)
        return f'{"、".join(unused)} 只用于 OAuth 2 登录，请同时写 auth = "xoauth2"' if unused else None
    if passwords:
        return f'auth = "xoauth2" 不用密码，请去掉 {"、".join(passwords)}'
    if "token_command" in given:
        return f"token_command 与 {'、'.join(endpoint)} 只能用一种，请去掉其一" if endpoint else None
    for name in _TWICE:
        if {name, f"{name}_file"} <= given:
            return f"{name} 与 {name}_file 只能写一个"
    return (
        _missing(given) if endpoint else 'auth = "xoauth2" 须写 token_command，或 client_id、refresh_token 和 token_url'
    )


def _missing(given: AbstractSet[str]) -> str | None:
    """Return which keys a refresh token still needs, or None."""
    missing = [name for name in ("client_id", "token_url") if name not in given]
    if not given & {"refresh_token", "refresh_token_file"}:
        missing.append("refresh_token（或 refresh_token_file）")
    return f'auth = "xoauth2" 还缺少 {"、".join(missing)}' if missing else None


def _among(names: tuple[str, ...], given: AbstractSet[str]) -> list[str]:
    return [name for name in names if name in given]
