"""The Android double: Maven builds and tests it, and a miniature wallet in Java with it is certified, called or not.

With a fault the same wallet fails, and by the requirement that the fault breaks alone.
"""

import hashlib
import os
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.wallet.create import starter
from tests.miniatures import CONFORMS, ENOUGH, FAILS, FAULTS, NOT_PROVEN, PART, ROOT, certified, configured, up

DOUBLE: Final = ROOT / "doubles/android"
MINI: Final = ROOT / "examples/wallet-android-mini"
SOURCES: Final = ("pom.xml", ".mvn/**/*", "src/**/*")
MAVEN: Final = ("mvn", "-B", "-ntp", "-q", "clean", "package")
QUICK: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
OUT_OF_REACH: Final = re.compile(r"Could not transfer (?:artifact|metadata)|Unknown host", re.IGNORECASE)
"""What Maven says where no repository answers; one that answers that it has no such version is a slip in pom.xml."""
MOST_LINES: Final = 150

APP: Final = """
import mpp.doubles.android.*;

class App {
    interface ResultPage { void shown(String status, String errorCode); }
    Runnable onCashierPage;
    ResultPage onResultPage;
    App(String customerId, AlipayPlusClientMPM sdk) { }
    void decode(DecodeServiceParams params, Callback<DecodeServiceResult> callback) { onCashierPage.run(); }
    void confirmPayment() { onResultPage.shown("F", "NO_MONEY"); }
    void scan(String codeValue) { }
}
"""
CONFIG: Final = 'class Config { static final String DEVICE_ADDRESS = "http://127.0.0.1:9400/d/0"; }'
"""What a wallet has of its own, as the lines to paste name it."""

pytestmark = [pytest.mark.slow, pytest.mark.maven]


@pytest.fixture(scope="module")
def built() -> Path:
    """Where Maven has built the double, and tested it; anew where its sources are not those of the last time."""
    target = DOUBLE / "target"
    files = sorted(file for pattern in SOURCES for file in DOUBLE.glob(pattern) if file.is_file())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files) + starter("android").encode()).hexdigest()
    stamp = target / "built-from"
    if not stamp.is_file() or stamp.read_text("ascii") != digest:
        done = subprocess.run(MAVEN, cwd=DOUBLE, capture_output=True, text=True, timeout=600, check=False)
        told = done.stdout + done.stderr
        if OUT_OF_REACH.search(told):
            pytest.skip("Maven cannot reach its repository")
        assert done.returncode == 0, told[-4_000:]
        stamp.write_text(digest, "ascii")
    return target


@pytest.fixture(scope="module")
def command(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What starts the miniature, compiled by a compiler that lets no warning pass."""
    classes = tmp_path_factory.mktemp("classes")
    compile_java(built, classes, "17", *sorted(MINI.glob("src/*.java")))
    return ["java", *QUICK, "-cp", os.pathsep.join(map(str, [classes, *parts(built)])), "Wallet", "wallet.json"]


def parts(built: Path) -> list[Path]:
    """The double, and what it stands on; android.jar is no part of it."""
    return [built / "mpp-doubles-android.jar", built / "lib/kotlin-stdlib.jar", built / "lib/json.jar"]


def compile_java(built: Path, classes: Path, release: str, *sources: Path) -> None:
    """Compile what uses the double into ``classes``; each warning is an error."""
    to_compile = os.pathsep.join(map(str, [*parts(built), built / "lib/android.jar"]))
    options = ("-J-XX:TieredStopAtLevel=1", "--release", release, "-Xlint:all,-options", "-Werror", "-cp", to_compile)
    javac = ["javac", *options, "-d", str(classes), *map(str, sources)]
    done = subprocess.run(javac, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_doubles_own_tests_pass(built: Path) -> None:
    """Payloads to the letter, retries without repeats, callbacks that come twice or late; both ways of being called."""
    told = "".join(file.read_text("utf-8") for file in built.glob("surefire-reports/*.txt"))
    suites = re.findall(r"Tests run: [1-9]\d*, Failures: 0, Errors: 0, Skipped: 0,", told)
    assert len(list(DOUBLE.glob("src/test/**/*Test.kt"))) == len(suites), told


DEVICE: Final = pytest.mark.parametrize("device", [pytest.param(True, id="pull"), pytest.param(False, id="push")])


@pytest.mark.thorough
@DEVICE
def test_the_miniature_is_certified(command: list[str], tmp_path: Path, *, device: bool) -> None:
    """With the double a wallet passes whatever decides, whether it can be called or not."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up(command, wallet_file):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@DEVICE
def test_the_miniature_fails_nothing(command: list[str], tmp_path: Path, *, device: bool) -> None:
    """Every kind of conversation passes, whether the wallet can be called or not; `make thorough` holds them all."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up(command, wallet_file):
        outcome = certified(wallet_file, "-k", PART)
    assert (NOT_PROVEN, {"pass", "none"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize(("fault", "device"), [*zip(FAULTS, [True, False], strict=True)])
def test_a_fault_fails_what_it_breaks(command: list[str], tmp_path: Path, fault: str, *, device: bool) -> None:
    """The double keeps nothing back: what the wallet does wrong is seen, and nothing else is."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up([*command, fault], wallet_file):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told


def test_the_lines_to_paste_compile_in_java(built: Path, tmp_path: Path) -> None:
    """What ``init --for android-java`` writes fits the double, in the Java of an old app; Maven compiles the Kotlin."""
    (tmp_path / "StartTestBuild.java").write_text(starter("android-java"), "utf-8")
    (tmp_path / "App.java").write_text(APP, "utf-8")
    (tmp_path / "Config.java").write_text(CONFIG, "utf-8")
    compile_java(built, tmp_path, "8", *tmp_path.glob("*.java"))


def test_the_miniature_is_one() -> None:
    """Whoever reads the app, without its server, has read it in ten minutes."""
    assert len((MINI / "src/Wallet.java").read_text("utf-8").splitlines()) <= MOST_LINES
