"""What every pytest start in the checkout needs; the plugin itself is an entry point of the package."""

import os

# Pact and Allure's generator report to their makers unless told otherwise.
os.environ.setdefault("PACT_DO_NOT_TRACK", "true")
os.environ.setdefault("ALLURE_NO_ANALYTICS", "true")
