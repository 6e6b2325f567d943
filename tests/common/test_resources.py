"""Tests of mpp_conformance.common.resources."""

from pathlib import Path

import pytest

from mpp_conformance.common.resources import NAMES, directory

CHECKOUT = Path(__file__).parents[2]


def test_checkout_holds_them_beside_the_package() -> None:
    """In a checkout each directory stands beside the package."""
    assert directory("openapi") == CHECKOUT / "openapi"


@pytest.mark.parametrize("name", NAMES)
def test_wheel_carries_them_inside_the_package(tmp_path: Path, name: str) -> None:
    """In an installed wheel each directory is in ``_data``, whatever stands beside the package."""
    package = tmp_path / "mpp_conformance"
    (package / "_data" / name).mkdir(parents=True)
    (tmp_path / name).mkdir()
    assert directory(name, package=package) == package / "_data" / name


def test_unknown_name_is_refused() -> None:
    """A name that is no such directory is refused, with those there are."""
    with pytest.raises(ValueError, match=r"'\.\./etc'.*suites, openapi, contracts"):
        directory("../etc")


def test_damaged_installation_is_named(tmp_path: Path) -> None:
    """A wheel that lost a directory does not fall back to what stands beside it; the message names the path."""
    package = tmp_path / "mpp_conformance"
    (package / "_data").mkdir(parents=True)
    (tmp_path / "suites").mkdir()
    with pytest.raises(FileNotFoundError, match=r"_data.suites is missing.*install it anew"):
        directory("suites", package=package)
