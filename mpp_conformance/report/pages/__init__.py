"""The report for people: HTML, Markdown, terminal, PDF, and the drawings of conversations."""
