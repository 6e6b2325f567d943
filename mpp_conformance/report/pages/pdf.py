"""The page as a PDF, set by WeasyPrint, of which one version is known to do it (extra ``pdf``).

WeasyPrint and not a browser: it comes by pip into the environment at hand, is told to load nothing, and needs no
sandbox to be switched off. It needs Pango of the system, and for Chinese a font that has Chinese. Pango and what is
below it are C and have been seen to crash, now and then and on no page in particular, so that this module is also a
program: a page comes in, the PDF goes out.
"""

import logging
import re
import signal
import subprocess
import sys
from typing import Final

FILE: Final = "report.pdf"
_LOGGER: Final = "weasyprint"
_TRIES: Final = 2
_LONGEST: Final = 900
"""Seconds that a page may take; the whole report of a run takes some ten."""
_REFUSED: Final = 3
_UNKNOWN: Final = re.compile(r"U\+([0-9A-F]{4,6})")
_CHINESE: Final = range(0x4E00, 0xA000)


class PdfError(Exception):
    """The PDF cannot be made; says what is missing and where it comes from."""


class _Heard(logging.Handler):
    """Keeps the characters that WeasyPrint finds no glyph for."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.unknown: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Read what WeasyPrint has to say."""
        if "glyph" in record.getMessage():
            self.unknown |= {int(found, 16) for found in _UNKNOWN.findall(record.getMessage())}


def render_pdf(page: str) -> tuple[bytes, int]:
    """The PDF of a page made for paper, and for how many characters no font here has a glyph; they are empty boxes.

    PdfError where WeasyPrint, Pango or a font is missing, and where it crashes again. Nothing is loaded, whatever the
    page asks for.
    """
    command, ended = [sys.executable, "-P", "-m", __name__], 0
    for _ in range(_TRIES):
        try:
            found = subprocess.run(  # noqa: S603  # this very program
                command, input=page.encode(), capture_output=True, timeout=_LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            raise PdfError(f"WeasyPrint has not set the page in {_LONGEST} seconds") from None
        if found.returncode == 0:
            boxes, _, data = found.stdout.partition(b"\n")
            return data, int(boxes)
        if found.returncode == _REFUSED:
            raise PdfError(found.stdout.decode())
        ended = found.returncode
    how = signal.Signals(-ended).name if ended < 0 else f"status {ended}"
    raise PdfError(
        f"WeasyPrint, or Pango below it, broke down {_TRIES} times ({how}); report.html can be printed instead"
    )


def _set(page: str) -> tuple[bytes, int]:
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra, which says nothing of its types
    except ModuleNotFoundError as problem:
        raise PdfError(f"{problem.name} is not installed: pip install 'mpp-conformance[pdf]' brings it") from None
    except OSError as problem:
        raise PdfError(
            f"WeasyPrint finds no Pango ({_first_line(problem)}): on Debian, apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0 brings it"
        ) from None
    heard, logger = _Heard(), logging.getLogger(_LOGGER)
    handlers, propagate, logger.handlers, logger.propagate = logger.handlers, logger.propagate, [heard], False
    try:
        # What stands in the page itself, and nothing that would have to be loaded.
        own = weasyprint.urls.URLFetcher(allowed_protocols=("data",))
        data: bytes = weasyprint.HTML(string=page, url_fetcher=own).write_pdf()
    except Exception as problem:
        words = f"{type(problem).__name__}: {_first_line(problem)}"
        raise PdfError(f"WeasyPrint cannot set the page ({words}); a system without any font does that") from problem
    finally:
        logger.handlers, logger.propagate = handlers, propagate
    if '<html lang="zh' in page and any(found in _CHINESE for found in heard.unknown):
        raise PdfError(
            "no font on this machine has Chinese characters: on Debian, apt-get install "
            "fonts-wqy-microhei (small) or fonts-noto-cjk brings one"
        )
    return data, len(heard.unknown)


def _first_line(problem: Exception) -> str:
    return (str(problem).splitlines() or [""])[0][:120]


def _main() -> int:
    try:
        data, boxes = _set(sys.stdin.buffer.read().decode())
    except PdfError as problem:
        sys.stdout.buffer.write(str(problem).encode())
        return _REFUSED
    sys.stdout.buffer.write(b"%d\n" % boxes + data)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
