"""Looks whether anything is alarming, and tells those who must know: at once, once, and again when it is over."""
