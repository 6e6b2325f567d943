"""Allure: the results of a run in its form, and the page its own generator makes of them, without network."""
