"""What every floor may use: canonical JSON, schema shapes, where data files are."""
