"""The one error that a configuration may raise, and how it is put into a single line."""

from difflib import get_close_matches


class ConfigError(Exception):
    """A configuration that cannot be used; its text is one Chinese line that names file, place and remedy."""


class DecidedBeforeError(ConfigError):
    """Somebody else has decided of the same thing before: `standing` is the number of that decision.

    `told` says who and what, without how to go on.
    """

    def __init__(self, text: str, standing: int, told: str) -> None:
        super().__init__(text)
        self.standing = standing
        self.told = told


def nearest(word: str, known: list[str]) -> str:
    """Return `，是不是 X？` for the known word nearest to `word`, or an empty text where none is near."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    return f"，是不是 {near[0]}？" if near else f"（可用的有：{'、'.join(sorted(known))}）"
