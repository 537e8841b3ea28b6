"""One rule a file; see models.rule."""
