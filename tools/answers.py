"""Write the generated answers that travel with the package anew."""

from pathlib import Path

from mpp_conformance import generation
from mpp_conformance.scenarios import answers

if __name__ == "__main__":
    written = Path(answers.__file__).with_name(answers.FILE)
    made = generation.corpus(generation.DEFAULT_SEED)
    written.write_bytes(answers.corpus_bytes(made))
    print(f"{written.name} is written: {len(made.legal)} legal answers, {len(made.illegal)} illegal ones")
