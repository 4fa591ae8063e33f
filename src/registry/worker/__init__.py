"""The worker: what time brings about, done once however many workers there are."""
