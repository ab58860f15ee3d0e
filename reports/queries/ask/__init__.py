"""Answers the questions that the phone brings, in a sentence with its proof, without any outside service.

A question is understood where every word of it is; what is not understood is said, never guessed.
"""
