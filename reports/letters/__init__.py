"""Letters to associations: what to ask of whom, in which words, and when again."""
