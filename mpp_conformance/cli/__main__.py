"""``python -m mpp_conformance.cli``: the same commands where the console script is not on the path."""

from mpp_conformance.cli import main

if __name__ == "__main__":
    main()
