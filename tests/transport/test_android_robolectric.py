"""The Android double on Android's own classes: Robolectric runs it, D8 makes it what a phone runs.

`make android` has Maven build and test it there, and then runs these.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.miniatures import CONFORMS, ENOUGH, FAILS, FAULTS, ROOT, certified, configured, up

BUILT: Final = ROOT / "doubles/android/robolectric/target"
LIB: Final = BUILT / "lib"
ANDROID_JAR: Final = "com.google.android.android.jar"
MINI: Final = ROOT / "examples/wallet-android-mini"
ANDROID_14: Final = tuple(
    f"-Drobolectric.{name}={value}"
    for name, value in {"offline": "true", "dependency.dir": BUILT / "androids", "enabledSdks": "34"}.items()
)
"""It fetches nothing by itself."""
ANDROID_5: Final = "21"
DEX: Final = b"dex\n035\0"
"""With what a file of classes begins that Android 5 takes."""

pytestmark = [pytest.mark.slow, pytest.mark.robolectric]


@pytest.fixture(scope="module")
def command() -> list[str]:
    """What starts the miniature on the classes of Android 14."""
    parts = [BUILT / "classes", BUILT / "test-classes", *BUILT.glob("androidx/*/classes.jar"), *_jars()]
    return ["java", *ANDROID_14, "-cp", os.pathsep.join(map(str, parts)), "MiniatureKt", "wallet.json"]


def _jars() -> Iterator[Path]:
    """What Robolectric needs; android.jar, in which every method throws, comes last."""
    jars = set(LIB.glob("*.jar"))
    last = LIB / ANDROID_JAR
    return iter([*sorted(jars - {last}), last])


def test_the_double_works_on_androids_classes() -> None:
    """On the main thread, with Android's own JSON; pages are opened in a WebView and by an Intent."""
    told = "".join(file.read_text("utf-8") for file in BUILT.glob("surefire-reports/*.txt"))
    assert re.findall(r"Tests run: [1-9]\d*, Failures: 0, Errors: 0, Skipped: 0,", told), told


def test_d8_makes_it_what_android_runs(tmp_path: Path) -> None:
    """Without a warning, for Android 5."""
    home = Path(os.environ.get("JAVA_HOME") or _java_home())
    libraries = ["--lib", str(home), "--lib", str(LIB / ANDROID_JAR)]
    parts = ["--classpath", str(LIB / "org.jetbrains.kotlin.kotlin-stdlib.jar"), str(BUILT / "mpp-doubles-android.jar")]
    options = ["--min-api", ANDROID_5, *libraries, "--output", str(tmp_path), *parts]
    command = ["java", "-cp", str(LIB / "r8.jar"), "com.android.tools.r8.D8", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "classes.dex").read_bytes().startswith(DEX)


def _java_home() -> str:
    command = ["java", "-XshowSettings:properties", "-version"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr
    found = re.search(r"java\.home = (.+)", told)
    assert found, told
    return found[1]


@pytest.mark.parametrize("device", [pytest.param(True, id="pull"), pytest.param(False, id="push")])
def test_the_miniature_is_certified(command: list[str], tmp_path: Path, *, device: bool) -> None:
    """Android's classes keep nothing back, whether the wallet can be called or not."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up(command, wallet_file):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_what_it_breaks(command: list[str], tmp_path: Path, fault: str) -> None:
    """What the wallet does wrong is seen there, too, and nothing else is."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=True)
    with up([*command, fault], wallet_file):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told
