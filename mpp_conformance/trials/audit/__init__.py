"""The audit: what a wallet's own logs show, judged by the suite's cases, and accused of nothing that a log can lose.

Rules of this room: only ``engine`` knows a database; the rest is pure. Whatever a record says is hostile until it was
read by the wire, and a record that cannot be read is counted, and makes nothing missing.
"""
