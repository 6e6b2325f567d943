"""Conformance test suite for Mobile Payment Partners that upgrade to Alipay+ actionForm."""

__version__ = "0.1.0"
