"""What `spark-submit` starts: the command line of mpp-conformance, whose `audit --engine spark` takes the session.

spark-submit --master spark://HOST:7077 examples/audit/submit.py audit --engine spark audit.toml
"""

from mpp_conformance.cli import main

main()
