"""Where a run lies on disk: its folder, its journal, reading them back, going on with a run that was broken off."""
