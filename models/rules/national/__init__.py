"""The rules of the national catalogue (2025), one a file; ``models.catalogue`` says which unit serves which of the 88."""
