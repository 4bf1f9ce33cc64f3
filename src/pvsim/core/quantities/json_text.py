"""What a text that should be JSON may turn out to be."""

from typing import Final

from msgspec import DecodeError

__all__ = ["NOT_DECODED"]

NOT_DECODED: Final = (DecodeError, ValueError, RecursionError)
"""What decoding raises: `ValueError` where a key is not UTF-8, `RecursionError` of lists in lists in lists."""
