"""The page that gotrace report writes, as a reader uses it: verdicts, the graph of waits, plots, and the views of stacks. Its timeline: timeline_test."""

import unittest

from browser import Browser, Keys
from pages import FIXTURES, BrowserTest, browser, fragment, open_page, scratch_path
from pages import write as write_page

VIEWS = ["stuck", "summary", "contention", "goroutines", "latency", "gc", "tasks", "timeline", "flame", "top", "sandwich"]


def write(trace):
    return write_page(trace, program="gotrace")


def with_names(trace, names):
    """A copy of a trace in which functions have other names. They must be as long: the file's blocks keep their sizes."""
    with open(trace, "rb") as file:
        content = file.read()
    for old, new in names.items():
        assert len(old) == len(new) and old in content, (old, new)
        content = content.replace(old, new)
    path = scratch_path("renamed.trace")
    with open(path, "wb") as file:
        file.write(content)
    return path


def view():
    return browser.js("return [...document.querySelectorAll('section.view')].filter(s => !s.hidden).map(s => s.id)")


class TracePage(BrowserTest):
    def test_who_is_stuck_comes_first_and_is_drawn(self):
        open_page(write(FIXTURES + "/abba/go1.26.trace"))
        self.assertEqual(view(), ["stuck"])
        self.assertIn("2 goroutines are deadlocked: main.(*Bank).transfer", browser.text("header"))
        nodes = browser.js("return [...document.querySelectorAll('svg.waits g[tabindex]')].map(g => g.querySelector('.name').textContent)")
        self.assertEqual(sorted(nodes), ["Mutex", "Mutex", "goroutine 16", "goroutine 33"])
        self.assertEqual(browser.js("return document.querySelectorAll('svg.waits .in-ring').length"), 4)
        self.assertIn("held by goroutine 33", browser.text("#stuck .finding"))
        self.assertRegex(browser.text("footer"), r"go1.26.trace: go 1.26 trace, 201.63ms, [\d,]+ events, \d+ goroutines")

    def test_every_view_opens_from_its_tab_and_from_its_address(self):
        path = write(FIXTURES + "/tasks/go1.26.trace")
        open_page(path)
        self.assertEqual(browser.js("return [...document.querySelectorAll('[role=tab]')].map(t => t.id.slice(4))"), VIEWS)
        for name in VIEWS:
            browser.find("#tab-" + name).click()
            self.assertEqual(view(), [name])
            self.assertIn("view=" + name, fragment())
        for name in VIEWS:
            open_page(path, "#view=" + name)
            self.assertEqual(view(), [name])

    def test_tabs_are_walked_with_arrows(self):
        open_page(write(FIXTURES + "/abba/go1.26.trace"))
        browser.find("#tab-stuck").click()
        browser.keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
        self.assertEqual(view(), ["contention"])
        self.assertEqual(browser.js("return document.activeElement.id"), "tab-contention")
        browser.keys(Keys.ARROW_LEFT)
        self.assertEqual(view(), ["summary"])

    def test_all_that_a_mouse_reaches_a_keyboard_reaches_and_sees(self):
        open_page(write(FIXTURES + "/abba/go1.26.trace"), "#view=flame")
        wanted = set(browser.js("""return [...document.querySelectorAll('button,input,select,canvas')].filter(e => e.offsetParent !== null)
            .filter(e => e.role !== 'tab' || e.getAttribute('aria-selected') === 'true').map((e, i) => { e.dataset.number = i; return String(i); })"""))
        reached = set()
        for _ in range(len(wanted) * 2):
            browser.keys(Keys.TAB)
            number, outline = browser.js("const e = document.activeElement; return [e.dataset.number || '', getComputedStyle(e).outlineStyle]")
            if number:
                reached.add(number)
                self.assertNotEqual(outline, "none", number)
        self.assertEqual(wanted - reached, set())

    def test_latency_and_collections_are_plotted(self):
        path = write(FIXTURES + "/gc_heavy/go1.26.trace")
        for name in ("latency", "gc"):
            open_page(path, "#view=" + name)
            self.assertGreater(browser.js("return [...document.querySelectorAll('#' + arguments[0] + ' svg.chart')].filter(s => s.getBoundingClientRect().width > 300).length", name), 0)

    def test_tables_sort_and_filter(self):
        open_page(write(FIXTURES + "/tasks/go1.26.trace"), "#view=tasks")
        table = "const t = [...document.querySelectorAll('#tasks table')].find(t => [...t.tHead.rows[0].cells].some(c => c.textContent.startsWith('task')) && t.tBodies[0].rows.length > 9);"
        first = table + """return [...t.tBodies[0].rows].filter(r => !r.hidden).map(r => +r.cells[0].getAttribute('data-v'))"""
        longest = browser.js(first)
        self.assertEqual(longest, sorted(longest, reverse=True))
        browser.js(table + "t.tHead.querySelector('button').click(); t.tHead.querySelector('button').click()")
        shortest = browser.js(first)
        self.assertEqual(shortest, sorted(shortest))
        self.assertLess(shortest[0], longest[-1])

    def test_stacks_have_their_views(self):
        open_page(write(FIXTURES + "/mutex_convoy/go1.26.trace"), "#view=flame")
        kinds = browser.js("return pageForTests.stacks.data.kinds.map(k => k[0])")
        self.assertEqual(kinds, ["wall", "off_cpu", "on_cpu", "samples"])
        self.assertRegex(browser.text("#flame .legend"), r"blocked by others [\d.]+%")

    def test_nothing_sticks_out_of_a_narrow_window(self):
        browser.resize(320, 700)
        path = write(FIXTURES + "/abba/go1.26.trace")
        for name in VIEWS:
            open_page(path, "#view=" + name)
            self.assert_nothing_sticks_out()

    def test_hostile_names_are_shown_and_never_run(self):
        path = write(with_names(FIXTURES + "/abba/go1.26.trace", {
            b"main.(*Bank).transfer": b"<img src=x onerror=a>",
            b"main.main.func2": b"x]]></script>\"'",
            b"main.main.func3": b"<b>\x00\x01\xff \xe2\x80\xae.main",
        }))
        for name in VIEWS:
            open_page(path, "#view=" + name)
            self.assertEqual(browser.js("return document.querySelectorAll('img,b,iframe,object,embed,[onerror]').length"), 0)
        open_page(path)
        self.assertIn("<img src=x onerror=a>", browser.text("#stuck"))
        self.assertIn("<b>", browser.text("#stuck"))
        self.assertNotIn("\u202e", browser.text("main"))

    def test_without_scripts_all_reports_are_there(self):
        path = write(FIXTURES + "/abba/go1.26.trace")
        with Browser(scripts=False) as plain:
            plain.open(path)
            self.assertIn("deadlock: 2 goroutines wait for each other", plain.find("main").text)
            self.assertEqual(len(plain.find_all("svg.waits g[tabindex]")), 4)


if __name__ == "__main__":
    unittest.main()
