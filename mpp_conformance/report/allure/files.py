"""Files among Allure's results that several results share."""

from pathlib import Path


def make_link(known: Path | None, place: Path) -> bool:
    """Whether ``place`` is now a further name of the file ``known``.

    Allure 3 shows a file only for the first result that names it, and a further name costs a tenth of a further file.
    """
    if known is None:
        return False
    try:
        place.hardlink_to(known)
    except OSError:
        return False
    return True
