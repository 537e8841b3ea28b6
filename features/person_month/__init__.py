"""Features with one row a person at an institution in a month."""
