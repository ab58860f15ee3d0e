"""The commands by what they are for: looking at the set-up, taking mail in, telling what there is."""
