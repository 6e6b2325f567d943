"""The same judge under load: many conversations at once, each judged at its end by the suite's own cases."""
