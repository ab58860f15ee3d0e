"""The one search box: what may be meant by a few words, found through texts that are joined once a look.

The way of a question: `search` (the page) → `sought` (what was typed) → `numbers`, `things`, `texts` (what is found of
each kind) → the page, the surest first.
"""
