"""Reports tell: the campaign as of a moment, judged by the rules of the notice, for people and for other programs."""
