"""Coverage-guided fuzzing: `make fuzz ARGS="letter 600"`; what it found is in docs/fuzzing.md."""
