"""Whether the receiving server doubts a mail's From: only its own Authentication-Results is believed (RFC 8601)."""

from collections.abc import Collection, Sequence

from parsers.authentication import Authentication

# Second-level labels under which domains of .cn and others are registered, so that the third label is the owner's.
_SHARED_SECOND = {"com", "net", "org", "gov", "edu", "ac", "co"}
_COUNTRY = 2
_METHODS = ("spf", "dkim", "dmarc")
_FAILED = {"fail", "hardfail", "softfail", "permerror"}
_SAID = {"fail": "未通过", "hardfail": "未通过", "softfail": "存疑", "permerror": "设置有误"}


def failed_checks(
    results: Sequence[Authentication], domain: str, received_by: str, believed: Collection[str]
) -> list[str]:
    """Return in words the checks that failed for a From of `domain`; none where the header is not to be believed.

    A DMARC check that passed outweighs the others, and so does a signature of the domain itself: a mail that was
    passed on fails SPF and is genuine.
    """
    own = [one for one in results if one.method in _METHODS and _is_believed(one.authserv_id, received_by, believed)]
    if any(_vouches(one, domain) for one in own):
        return []
    return list(dict.fromkeys(f"{one.method.upper()} {_SAID[one.result]}" for one in own if one.result in _FAILED))


def _vouches(result: Authentication, domain: str) -> bool:
    if result.result != "pass":
        return False
    return result.method == "dmarc" or (result.method == "dkim" and _owner(result.domain or "") == _owner(domain))


def _is_believed(authserv_id: str, received_by: str, believed: Collection[str]) -> bool:
    """Tell whether a header is the receiving server's: by setting, else where that server is of the same owner."""
    if believed:
        return authserv_id in believed
    if authserv_id == received_by:
        return bool(authserv_id)
    return "." in authserv_id and "." in received_by and _owner(authserv_id) == _owner(received_by)


def _owner(host: str) -> str:
    """Return the registered domain of a host: mx.ecpmi.org.cn is of ecpmi.org.cn."""
    *_, first, second, country = ("", "", *host.lower().strip(".").split("."))
    shared = second in _SHARED_SECOND and len(country) == _COUNTRY
    return f"{first}.{second}.{country}" if shared else f"{second}.{country}"
