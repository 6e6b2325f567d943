#!/usr/bin/env bash
# A CI job that certifies a wallet: ci.sh WALLET_TOML
# Start the test build with its adaptor before it; keep build/conformance as the job's artefact, whatever the outcome.
set -euo pipefail

wallet=${1:?give the path of wallet.toml}

# Says which field of wallet.toml is wrong (exit code 3) before any conversation is judged.
mpp-conformance doctor --wallet "$wallet"

# The exit code is the gate: only 0 is a certificate. What an owner has waived for a while is let through by
# `mpp-conformance gate build/conformance/<run>` behind it, which certifies nothing.
mpp-conformance run --wallet "$wallet" --reports build/conformance
