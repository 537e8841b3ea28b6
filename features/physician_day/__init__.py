"""Sums with one row a physician, institution and day; those of several person buckets add up."""
