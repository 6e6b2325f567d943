"""The verdict file: folded from judgements, made, read back; the single source of what a report says."""
