"""Features with one row a stay (住院)."""
