"""What all tests share: no test asserts the clock, and CI draws the same examples every time."""

import os

from hypothesis import settings

settings.register_profile("inventory", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("inventory")
