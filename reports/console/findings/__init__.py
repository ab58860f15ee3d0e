"""The findings: chosen, counted, waived, and taken along."""
