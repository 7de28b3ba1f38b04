"""Runs the test files named on the command line. Status 77 where there is no browser."""

import importlib
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import browser  # noqa: F401  ends the program where there is none

names = [os.path.splitext(os.path.basename(path))[0] for path in sys.argv[1:]]
suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(name)) for name in names)
sys.exit(0 if unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful() else 1)
