"""Lawful exceptions, one a file: named, tested expressions or frames that rules subtract and findings cite as ruled out."""
