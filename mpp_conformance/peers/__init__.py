"""Everyone around the MPP, as pure machines: consumer, merchant page, Alipay+ and its client SDK.

Rules of this floor: a peer knows no socket, no test runner and no clock but the one it is given. It does what the
documents say it does, and nothing that ``openapi/`` forbids, unless the scenario asks for it. It never judges.
"""
