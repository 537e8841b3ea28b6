"""Rules, detectors and scores over the features. Knows nothing of flows or the workbench."""
