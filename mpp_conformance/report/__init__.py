"""What a run came to: verdicts folded per requirement and clause, written as data and as a page to read."""
