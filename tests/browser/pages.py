"""What the tests of pages and pictures share: one window for all of them, files written by the programs under test (GOPROF and
GOTRACE name them), and names that nobody should have given to a function."""

import atexit
import os
import subprocess
import tempfile
import unittest

from browser import Browser

FIXTURES = os.environ["FIXTURES"]
HOSTILE = [b"<script>window.injected=1</script>", b"</title><script>window.injected=1</script>", b"]]><script>window.injected=1</script>",
           b"\"onload=\"window.injected=1", b"'onmouseover='window.injected=1", b"a&amp;b&lt;", b"nul\x00char\x01\x1f", b"\xff\xfe bad utf-8",
           "rtl\u202eexe.gnp\u2066".encode(), b"x" * 100_000, b"${alert(1)}", b"<svg onload=window.injected=1>", b"</metadata>", b"--><!--", b"semi;colon\nand line"]

scratch = tempfile.TemporaryDirectory()
browser = Browser()
atexit.register(browser.__exit__)


def scratch_path(name):
    return os.path.join(scratch.name, name)


def run(program, *arguments, stdin=None):
    """Standard output of a program under test. Status 1 is an answer."""
    done = subprocess.run([os.environ[program.upper()], *arguments], input=stdin, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr.decode(errors="replace"))
    return done.stdout


def goprof(*arguments, stdin=None):
    return run("goprof", *arguments, stdin=stdin)


def gotrace(*arguments):
    return run("gotrace", *arguments)


def draw(*arguments, program="goprof", stdin=None):
    """An SVG flame graph."""
    path = scratch_path("flame.svg")
    run(program, "flame", "-o", path, *arguments, stdin=stdin)
    return path


def write(*arguments, program="goprof", stdin=None):
    """A page."""
    path = scratch_path("page.html")
    run(program, "report", "-o", path, *arguments, stdin=stdin)
    return path


def open_page(path, fragment=""):
    browser.open(path, fragment)
    browser.until("return document.body.dataset.ready")


def fragment():
    return browser.url()[browser.url().index("#"):]


def click_at(x, y):
    for kind in ("mousePressed", "mouseReleased"):
        browser.command("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})


class BrowserTest(unittest.TestCase):
    """Whatever a test did, the page had nothing to complain about and asked for nothing."""

    def setUp(self):
        browser.resize(1280, 800)
        browser.theme("light")

    def tearDown(self):
        self.assertEqual(browser.console(), [])
        self.assertEqual(browser.requests(), [])
        self.assertIsNone(browser.js("return window.injected || null"))

    def assert_nothing_sticks_out(self, width=320):
        self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), width)
