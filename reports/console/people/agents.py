"""What staff call a browser: of the many words that it says of itself, the two that they know."""

# The first that fits counts: most browsers also call themselves by the names of others.
_BROWSERS = (
    ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("QQBrowser", "QQ 浏览器"), ("Edg", "Edge"),
    ("360SE", "360 浏览器"), ("360EE", "360 浏览器"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def device(agent: str) -> str:
    """Return browser and system by their names; where neither is known, that it is another program."""
    found = [
        next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)
    ]  # fmt: skip
    return "，".join(name for name in found if name) or "其他程序"
