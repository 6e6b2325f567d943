"""Tries out what ``wallet.toml`` says, before a run: what is wrong is named by its field, and nobody is failed.

`reach` costs next to nothing and comes before every run. `live` holds one conversation in which no money moves: the
consumer scans a code, and Alipay+ answers HANDLE_BY_SDK. `diagnose` reads that conversation; it is pure, and says of
each field whether it was seen to be right. What could not be tried because of something before it is not spoken of.
"""

from mpp_conformance.doctor.diagnosis import diagnose
from mpp_conformance.doctor.findings import Finding
from mpp_conformance.doctor.live import live
from mpp_conformance.doctor.reach import reach

__all__ = ["Finding", "diagnose", "live", "reach"]
