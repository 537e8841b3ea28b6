"""Sums with one row an institution and catalogue item; those of several person buckets add up."""
