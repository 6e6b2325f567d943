#!/usr/bin/env bash
# A CI job that certifies a wallet: ci.sh WALLET_TOML
# Start the test build with its adaptor before it; keep build/conformance as the job's artefact, whatever the outcome.
# It ends with 0 if the MPP conforms, or if an owner has waived for a while what does not (waivers.toml beside the
# wallet's file): that opens the gate, and certifies nothing.
set -euo pipefail

wallet=${1:?give the path of wallet.toml}

# Where the workspace is kept, an earlier build has left its own.
rm -rf build/conformance

# Gives the test build a minute to start. Says which field of wallet.toml is wrong (exit code 3) before anything is
# judged.
mpp-conformance doctor --wallet "$wallet" --wait 60

code=0
mpp-conformance run --wallet "$wallet" --reports build --run conformance || code=$?
case $code in
  0 | 1 | 5) ;; # conforms, does not, not proven: there is something to waive
  *) exit "$code" ;;
esac

closed=0
mpp-conformance gate build/conformance --waivers "$(dirname "$wallet")/waivers.toml" || closed=$?
if [ "$closed" -ne 0 ] && [ "$code" -ne 0 ]; then
  exit "$code" # says more than that the gate is closed
fi
exit "$closed"
