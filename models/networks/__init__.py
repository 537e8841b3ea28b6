"""Persons and institutions as sparse graphs: who goes together again and again."""
