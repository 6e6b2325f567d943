"""The iOS double: clang builds it with GNUstep, and a miniature wallet with it is certified, called or not.

With a fault the same wallet fails, and by the requirement that the fault breaks alone.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.wallet.create import starter
from tests.miniatures import (
    CONFORMS,
    ENOUGH,
    FAILS,
    FAULTS,
    NOT_PROVEN,
    PART,
    ROOT,
    certified,
    configured,
    free_port,
    up,
)

DOUBLE: Final = ROOT / "doubles/ios"
MINI: Final = ROOT / "examples/wallet-ios-mini"
TESTS: Final = (DOUBLE / "tests", ROOT / "doubles/python", ROOT / "doubles/python/tests")
MAKE: Final = shutil.which("make") or ""
MOST_LINES: Final = 150
APP: Final = """
#import <Foundation/Foundation.h>
#import "MPPDoubles.h"
#define DEVICE_ADDRESS @"http://127.0.0.1:9400/d/0"
@interface App : NSObject <MPPAlipayPlusClientMPMProtocol>
- (instancetype)initWithCustomer:(NSString *)customerId sdk:(MPPAlipayPlusClient *)sdk;
@property(nonatomic, copy) void (^onCashierPage)(void);
@property(nonatomic, copy) void (^onResultPage)(NSString *status, NSString *errorCode);
- (void)scan:(NSString *)codeValue;
- (void)confirmPayment;
@end
"""
"""What a wallet has of its own, as the lines to paste name it."""

pytestmark = [pytest.mark.slow, pytest.mark.gnustep]


def made(*words: str) -> None:
    """Make a target of the double; no warning is let pass."""
    done = subprocess.run([MAKE, *words], cwd=DOUBLE, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-4_000:]


def built(folder: Path, *sources: Path) -> Path:
    """A program of these sources with the double."""
    program = folder / sources[0].stem
    made(f"BUILD={folder}", str(program), f"PROGRAM={' '.join(map(str, sources))}")
    return program


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the double is built."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module")
def app(folder: Path) -> Path:
    """The miniature's app."""
    return built(folder, MINI / "Wallet.m")


@contextmanager
def started(app: Path, wallet_file: Path, fault: Sequence[str] = ()) -> Iterator[None]:
    """The app and its MPP server, until the end of the block."""
    file = wallet_file.with_name("wallet.json")
    config = json.loads(file.read_bytes()) | {"server": f"http://127.0.0.1:{free_port()}"}
    file.write_text(json.dumps(config), "utf-8")
    with ExitStack() as both:
        both.enter_context(up([sys.executable, str(MINI / "mpp_server.py"), "wallet.json"], wallet_file))
        both.enter_context(up([str(app), "wallet.json", *fault], wallet_file))
        yield


def test_the_doubles_own_tests_pass(folder: Path) -> None:
    """Payloads to the letter, retries without repeats, callbacks that come twice or late; both ways of being called."""
    probe = built(folder, DOUBLE / "tests/Probe.m")
    environment = {**os.environ, "PROBE": str(probe), "PYTHONPATH": os.pathsep.join(map(str, TESTS))}
    command = [sys.executable, "-W", "error", "-m", "unittest", "test_double"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "\nOK\n" in done.stderr) == (0, True), done.stderr


DEVICE: Final = pytest.mark.parametrize("device", [pytest.param(True, id="pull"), pytest.param(False, id="push")])


@pytest.mark.thorough
@DEVICE
def test_the_miniature_is_certified(app: Path, tmp_path: Path, *, device: bool) -> None:
    """With the double a wallet passes whatever decides, whether it can be called or not."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with started(app, wallet_file):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@DEVICE
def test_the_miniature_fails_nothing(app: Path, tmp_path: Path, *, device: bool) -> None:
    """Every kind of conversation passes, whether the wallet can be called or not; `make thorough` holds them all."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with started(app, wallet_file):
        outcome = certified(wallet_file, "-k", PART)
    assert (NOT_PROVEN, {"pass", "none"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize(("fault", "device"), [*zip(FAULTS, [True, False], strict=True)])
def test_a_fault_fails_what_it_breaks(app: Path, tmp_path: Path, fault: str, *, device: bool) -> None:
    """The double keeps nothing back: what the wallet does wrong is seen, and nothing else is."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with started(app, wallet_file, [fault]):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told


def test_an_app_with_arc_can_be_built(tmp_path: Path) -> None:
    """With ARC the double, the miniature and the lines to paste compile, without a warning."""
    (tmp_path / "App.h").write_text(APP, "utf-8")
    (tmp_path / "build.m").write_text(starter("ios"), "utf-8")
    made(f"BUILD={tmp_path}", "arc", f"PROGRAM={MINI / 'Wallet.m'} {tmp_path / 'build.m'}")


def test_the_miniature_is_one() -> None:
    """Whoever reads the app, without its server, has read it in ten minutes."""
    assert len((MINI / "Wallet.m").read_text("utf-8").splitlines()) <= MOST_LINES
