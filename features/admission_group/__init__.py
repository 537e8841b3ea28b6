"""Counts of people from one village or employer admitted on one day; those of several person buckets add up."""
