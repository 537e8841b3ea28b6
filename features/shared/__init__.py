"""Intermediate frames that several features read, computed once per bucket."""
