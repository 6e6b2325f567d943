"""For a test build of a wallet: the double of the Alipay+ client SDK, and the adaptor by which the suite tests it."""

from .adaptor import Phone, TestBuild
from .pull import Pulling, start_pulling
from .reports import Timing
from .sdk import AlipayPlusClientMPM, Callback, Screens
from .server import Listening, start_adaptor

__all__ = [
    "AlipayPlusClientMPM",
    "Callback",
    "Listening",
    "Phone",
    "Pulling",
    "Screens",
    "TestBuild",
    "Timing",
    "start_adaptor",
    "start_pulling",
]
