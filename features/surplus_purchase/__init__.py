"""Features of a person's purchase of drugs in hand already."""
