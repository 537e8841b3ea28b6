"""Features with one row an institution, computed over the whole city from facts of finer grain."""
