"""From findings and features to one ranked list: evidence, anomaly, probability, reasons."""
