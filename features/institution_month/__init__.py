"""Sums with one row an institution and month; those of several person buckets add up."""
