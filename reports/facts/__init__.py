"""The facts of each subject that rules judge."""
