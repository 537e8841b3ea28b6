"""The drawn city of the rules' tests serves the features too."""

from tests.rules.conftest import city

__all__ = ["city"]
