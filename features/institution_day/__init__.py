"""Sums with one row an institution and day; those of several person buckets add up."""
