"""Contracts, the lake and the features computed from it. Knows nothing of models, flows or the workbench."""
