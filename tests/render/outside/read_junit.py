"""Reads JUnit XML with junitparser and says what it found."""
import sys

import junitparser

xml = junitparser.JUnitXml.fromfile(sys.argv[1])
xml.update_statistics()
print(f"{xml.tests} tests, {xml.failures} failures, {xml.errors} errors")
for suite in xml:
    for case in suite:
        for result in case.result:
            print(f"{case.name} failed: {result.message}")
