"""The timeline in the page that gotrace report writes, as a reader uses it."""

import os
import subprocess
import tempfile
import unittest

from browser import Browser, Keys

FIXTURES = os.environ["FIXTURES"]
scratch = tempfile.TemporaryDirectory()
browser = None


def setUpModule():
    global browser
    browser = Browser()


def tearDownModule():
    browser.__exit__()
    scratch.cleanup()


def write(trace):
    path = os.path.join(scratch.name, "page.html")
    done = subprocess.run([os.environ["GOTRACE"], "report", trace, "-o", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return path


def open_page(path, fragment="#view=timeline"):
    browser.open(path, fragment)
    browser.until("return document.body.dataset.ready && pageTimelineForTests.drawn > 0")


def shown():
    return browser.js("return [pageTimelineForTests.left, pageTimelineForTests.right]")


def lanes():
    return browser.js("return pageTimelineForTests.rows.map(row => row.group || (row.lane && row.lane.name) || row.counter.name)")


def click_lane(name, share):
    """A click into a lane, at a share of what is shown."""
    place = browser.js(
        """const t = pageTimelineForTests, row = t.rows.find(one => one.lane && one.lane.name === arguments[0]);
           t.scroller.scrollTop = Math.max(0, row.y - 100);
           const box = t.canvas.getBoundingClientRect();
           return [box.left + t.gutter + arguments[1] * (t.cssWidth - t.gutter), box.top + row.y - t.scroller.scrollTop + 12];""", name, share)
    for kind in ("mousePressed", "mouseReleased"):
        browser.command("Input.dispatchMouseEvent", {"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1})


class Timeline(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(browser.console(), [])
        self.assertEqual(browser.requests(), [])

    def test_it_has_a_lane_for_each_proc_and_goroutine(self):
        open_page(write(FIXTURES + "/mutex_convoy/go1.26.trace"))
        names = lanes()
        for name in ("goroutines runnable", "proc 0", "proc 1", "g1 main.main", "g22 main.main.func1"):
            self.assertIn(name, names)
        self.assertNotIn("thread 0", names)  # closed to begin with

    def test_keys_zoom_and_move_and_the_address_restores_it(self):
        path = write(FIXTURES + "/mutex_convoy/go1.26.trace")
        open_page(path)
        whole = shown()
        browser.js("pageTimelineForTests.canvas.focus()")
        browser.keys("+", "+", Keys.ARROW_RIGHT)
        left, right = shown()
        self.assertAlmostEqual((right - left) / (whole[1] - whole[0]), 0.36, delta=0.001)
        browser.until("return location.hash.includes('t=')")
        fragment = browser.url()[browser.url().index("#"):]
        open_page(path, fragment)
        again = shown()
        self.assertAlmostEqual(again[0], left, delta=1)
        self.assertAlmostEqual(again[1], right, delta=1)
        browser.js("pageTimelineForTests.canvas.focus()")
        browser.keys("0")
        self.assertEqual(shown(), whole)

    def test_a_click_tells_what_a_goroutine_did(self):
        open_page(write(FIXTURES + "/abba/go1.26.trace"))
        name = next(lane for lane in lanes() if lane.endswith(" main.main.func2"))  # one of the two that hold and wait for a lock
        click_lane(name, 0.9)
        browser.until("return document.querySelector('#timeline .details').textContent.includes('not over at the end')")
        self.assertTrue(browser.text("#timeline .details").startswith(name))

    def test_lanes_are_filtered_and_groups_closed(self):
        open_page(write(FIXTURES + "/mutex_convoy/go1.26.trace"))
        browser.js("const i = document.querySelector('#timeline input'); i.value = 'main.main$'; i.dispatchEvent(new Event('input'))")
        self.assertEqual([name for name in lanes() if name.startswith("g") and " " in name and not name.startswith("goroutines")], ["g1 main.main"])
        self.assertIn("lanes=main.main", browser.url())
        browser.js("const i = document.querySelector('#timeline input'); i.value = ''; i.dispatchEvent(new Event('input')); pageTimelineForTests.toggle('Goroutines')")
        self.assertNotIn("g1 main.main", lanes())

    def test_it_fits_a_narrow_window(self):
        path = write(FIXTURES + "/abba/go1.26.trace")
        browser.resize(320, 600)
        try:
            open_page(path)
            self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), 320)
        finally:
            browser.resize(1280, 800)


if __name__ == "__main__":
    unittest.main()
