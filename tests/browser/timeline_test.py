"""The timeline in the page that gotrace report writes, as a reader uses it."""

import unittest

from browser import Keys
from pages import FIXTURES, BrowserTest, browser, click_at, fragment
from pages import write as write_page


def write(trace):
    return write_page(trace, program="gotrace")


def open_page(path, where="#view=timeline"):
    browser.open(path, where)
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
    click_at(*place)


class Timeline(BrowserTest):
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
        open_page(path, fragment())
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

    def test_the_keyboard_alone_chooses_lanes_and_spans_and_closes_groups(self):
        open_page(write(FIXTURES + "/tasks/go1.26.trace"))
        browser.js("pageTimelineForTests.canvas.focus()")
        told = "return document.querySelector('#timeline .details').textContent"
        browser.keys("n")
        self.assertTrue(browser.js(told).startswith("world stopped — "), browser.js(told))
        browser.command("Input.dispatchKeyEvent", {"type": "keyDown", "key": "ArrowDown", "modifiers": 8})
        first = browser.js(told)
        self.assertTrue(first.startswith("checkout — checkout for "), first)
        browser.keys("n")
        self.assertNotEqual(browser.js(told), first)
        browser.keys("p")
        self.assertEqual(browser.js(told), first)
        browser.find(".toggle[aria-pressed=false]").click()
        self.assertTrue(any(name.startswith("thread ") for name in lanes()))
        browser.js("[...document.querySelectorAll('.toggle')].find(b => b.textContent === 'Goroutines').click()")
        self.assertEqual([name for name in lanes() if name.startswith("g1 ")], [])

    def test_lanes_are_coloured_by_what_goroutines_do(self):
        open_page(write(FIXTURES + "/abba/go1.26.trace"))
        fill = """const t = pageTimelineForTests, lane = t.rows.find(one => one.lane && one.lane.name.endsWith(arguments[0])).lane;
                  return t.fillOf(lane, lane.spans.begin.length - 1)"""
        blocked, waiting = "#f3562e", "#d9dbe0"
        self.assertEqual(browser.js(fill, " main.main.func2"), blocked)  # one of the two that hold and wait for a lock
        self.assertEqual(browser.js(fill, " main.main.func3"), blocked)
        self.assertEqual(browser.js(fill, " runtime.bgsweep"), waiting)

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
        open_page(path)
        self.assert_nothing_sticks_out()


if __name__ == "__main__":
    unittest.main()
