"""The gate of a pipeline: what a run comes to by the waivers of its wallet, which never make it conform."""
