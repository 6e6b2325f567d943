"""Before a run: what wallet.toml says wrongly ends it, and what the MPP may do wrongly itself is left to the run."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.protocol.messages import GATEWAY, Message
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp, Say
from mpp_conformance.trials.doctor.live import examined, why_useless
from tests.hosting import hosted_wallet, own_keys, wallet_at

if TYPE_CHECKING:
    from tests.conftest import Bench

pytest_plugins = ["pytester"]

SUITE: Final = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
ALIPAY_PLUS, MPP = own_keys()


class ReportsNothing(ConformingMpp):
    """Does what it must; its adaptor does not reach the observer."""

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Only Alipay+ hears of it."""
        return (say for say in super().hear(session, message) if say.message.point == GATEWAY)


class KnowsNoCode(ConformingMpp):
    """Takes every code for none of Alipay+'s."""

    def identify(self, code_value: str) -> str:  # noqa: ARG002  # whatever it is
        """None of them."""
        return "NONE"


class NotUpgraded(ConformingMpp):
    """Knows payments of its own and nothing else."""

    def pass_to_client(self, *_: object) -> Iterator[Message]:
        """Nothing follows."""
        return iter(())


def found(specimen: type[ConformingMpp], **changes: Any) -> list[str]:
    """The fields for which a run is refused, where the MPP server's side of the message layer is set up otherwise."""

    async def tried() -> list[str]:
        async with hosted_wallet(specimen, patience=0.5) as (host, connector):
            host.gateway = replace(host.gateway, **changes)
            return [finding.where for finding in await why_useless(wallet_at(patience=0.5), connector)]

    return asyncio.run(tried())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"client_id": "ANOTHER"}, ["[keys] client_id"]),
        ({"private_key": ALIPAY_PLUS}, ["[keys] mpp_public_key"]),
        ({"alipay_plus_public_key": MPP.public_key()}, ["[keys] alipay_plus_private_key"]),
        ({"url": "http://127.0.0.1:1"}, ["[reach] listen"]),
    ],
)
def test_a_file_that_does_not_fit_the_mpp_ends_a_run(changes: dict[str, object], expected: list[str]) -> None:
    """A conforming MPP is not accused of what its file says of keys, names and addresses."""
    assert expected == found(ConformingMpp, **changes)


@pytest.mark.parametrize(
    ("specimen", "expected"),
    [(ReportsNothing, ["[reach] public_url"]), (KnowsNoCode, ["[codes] order"])],
)
def test_a_wallet_of_which_nothing_is_seen_ends_a_run(specimen: type[ConformingMpp], expected: list[str]) -> None:
    """Where nothing is reported at all, or no kind of code is known, nobody can be judged."""
    assert expected == found(specimen)


@pytest.mark.parametrize(
    "specimen",
    [
        NotUpgraded,
        *(
            SPECIMENS[name]
            for name in (
                "requests-unsigned",
                "requests-signed-wrongly",
                "signatures-unreadable",
                "customer-id-empty",
                "order-codes-unknown",
                "entry-codes-unknown",
                "scanned-order-codes-unanswered",
                "handle-action-never",
                "callback-reported-without-name",
            )
        ),
    ],
)
def test_what_the_mpp_does_wrong_is_for_the_run_to_judge(specimen: type[ConformingMpp]) -> None:
    """A faulty MPP is no fault of its file: a run goes on, and says which requirement is broken."""
    assert found(specimen) == []


@pytest.mark.parametrize(("name", "wrong"), [("conforming", []), ("entry-codes-unknown", ["[codes] entry"])])
def test_the_doctor_tries_every_kind_of_code(name: str, wrong: list[str]) -> None:
    """Each kind of code that is claimed is scanned, and each field is named once."""

    async def tried() -> tuple[list[str], list[str]]:
        async with hosted_wallet(SPECIMENS[name]) as (_, connector):
            findings = await examined(wallet_at(patience=1.0), connector)
            return [f.where for f in findings if f.ok], [f.where for f in findings if not f.ok]

    well, ill = asyncio.run(tried())
    assert (ill, len(well)) == (wrong, len(set(well)))
    assert {"[codes] order", "[codes] entry"} - set(wrong) <= set(well)


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("http:http://127.0.0.1:9", "[reach] adaptor: expected an answer to GET http://127.0.0.1:9/health; *"),
        ("http:http://192.0.2.1", "http://192.0.2.1 is not a loopback address; *"),
    ],
)
def test_a_file_that_would_accuse_the_mpp_is_refused(
    bench: "Bench", monkeypatch: pytest.MonkeyPatch, target: str, told: str
) -> None:
    """Plain pytest refuses as ``run`` does, before a folder is made and before anything is judged."""
    reach = wallet.Reach(listen="127.0.0.1:0")
    monkeypatch.setattr(wallet, "load", lambda _: wallet.reference().model_copy(update={"reach": reach}))
    result = bench.run(SUITE, "--mpp-wallet", "wallet.toml", target=target)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told.replace('[', '[[]')}"])
    assert (bench.held, (bench.pytester.path / "reports").exists()) == (None, False)
