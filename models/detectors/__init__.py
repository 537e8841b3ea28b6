"""Anomaly detectors over peer-standardised institution features, one a file; higher always means more suspicious."""
