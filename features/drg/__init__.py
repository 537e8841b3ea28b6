"""CHS-DRG grouping: scheme tables, the vectorised grouper, settlement lists as its input, weights and payment standards."""
