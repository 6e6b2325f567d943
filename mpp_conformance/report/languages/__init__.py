"""The words of a report: English sentences, and what other languages have for them."""
