"""Lawful life: one file a way of seeking care, and the lawful things that look like violations."""
