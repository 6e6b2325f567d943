"""The bundle: a run's record in one signed file, which whoever gets it can verify without us.

Rules of this floor: `verify` stands alone and imports nothing of the package; whatever makes a bundle makes what
`verify` accepts, by asking it for the statement and for the names, so that the two cannot drift apart.
"""
