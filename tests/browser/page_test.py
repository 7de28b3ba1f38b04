"""The page that goprof report writes, as a reader uses it."""

import glob
import json
import unittest

from browser import Browser, Keys
from pages import FIXTURES, HOSTILE, BrowserTest, browser, click_at, fragment, goprof, open_page, write
from pprof import profile

FOLDED = b"main;serve;parse;scan 30\nmain;serve;parse;emit 20\nmain;serve;lock 10\nmain;gc;mark 40\nmain;gc;scan 5\n"


def row_of(name):
    """A frame of the flame graph by its name: row, width as a share of what is in view."""
    return browser.js(
        """const {stacks, flame} = pageForTests, {tree} = stacks;
           for (let row = 1; row < tree.caller.length; row++)
             if (stacks.names[tree.name[row]] === arguments[0]) return [row, tree.width[row] / (flame.right - flame.left)];""", name)


def click_frame(name):
    place = browser.js(
        """const {stacks, flame} = pageForTests, {tree} = stacks, box = flame.canvas.getBoundingClientRect();
           for (let row = 1; row < tree.caller.length; row++) {
             if (stacks.names[tree.name[row]] !== arguments[0]) continue;
             const x = (tree.x[row] + tree.width[row] / 2 - flame.left) / (flame.right - flame.left) * flame.cssWidth;
             return [box.left + x, box.top + flame.yOf(tree.depth[row]) + 9];
           }""", name)
    click_at(*place)


def table(selector):
    return browser.js("return [...document.querySelectorAll(arguments[0] + ' tbody tr')].filter(r => !r.hidden).map(r => [...r.cells].map(c => c.textContent))", selector)


class Page(BrowserTest):
    def test_a_click_on_the_canvas_zooms_and_the_address_restores_it(self):
        path = write("-", stdin=FOLDED)
        open_page(path)
        self.assertAlmostEqual(row_of("parse")[1], 50 / 105, delta=1e-9)
        click_frame("parse")
        browser.until("return Math.abs(pageForTests.flame.right - pageForTests.flame.left - 50) < 1e-6")
        self.assertIn("parse — 50, 47.62% of all, 83.33% of its caller", browser.text(".details"))
        open_page(path, fragment())
        browser.until("return Math.abs(pageForTests.flame.right - pageForTests.flame.left - 50) < 1e-6")
        browser.find("#reset").click()
        browser.until("return pageForTests.flame.right - pageForTests.flame.left === 105")

    def test_only_what_can_be_seen_is_drawn(self):
        stacks = b"".join(b"main;f%d;g%d %d\n" % (i, i, 1 if i else 50_000) for i in range(20_000))
        open_page(write("-", stdin=stacks))
        browser.until("return pageForTests.flame.drawn > 0")
        self.assertEqual(browser.js("return pageForTests.stacks.tree.caller.length"), 40_002)
        self.assertLess(browser.js("return pageForTests.flame.drawn"), 200)

    def test_keys_walk_the_stack(self):
        open_page(write("-", stdin=FOLDED))
        browser.js("pageForTests.flame.canvas.focus()")
        for key, at in ((Keys.ARROW_DOWN, "all"), (Keys.ARROW_DOWN, "main"), (Keys.ARROW_DOWN, "serve"), (Keys.ARROW_LEFT, "gc"), (Keys.ARROW_RIGHT, "serve"),
                        (Keys.ARROW_UP, "main")):
            browser.keys(key)
            self.assertTrue(browser.text(".details").startswith(at + " —"), browser.text(".details"))

    def test_search_marks_frames_says_their_share_and_filters_the_table(self):
        open_page(write("-", stdin=FOLDED))
        browser.keys("/")
        browser.keys("^(parse|scan)$")
        browser.until("return document.getElementById('matched').textContent === 'matched 52.38%'")
        browser.find("#tab-top").click()
        self.assertEqual([row[-1] for row in table(".top")], ["scan", "parse"])
        open_page(write("-", stdin=FOLDED), fragment())
        self.assertEqual([row[-1] for row in table(".top")], ["scan", "parse"])

    def test_the_top_table_has_self_and_total_and_sorts(self):
        open_page(write("-", stdin=FOLDED), "#view=top")
        self.assertEqual(table(".top")[:2], [["40", "38.10%", "40", "38.10%", "mark"], ["35", "33.33%", "35", "33.33%", "scan"]])
        browser.find(".top th:nth-child(3) button").click()
        self.assertEqual([row[-1] for row in table(".top")][:3], ["main", "serve", "parse"])
        browser.find(".top th:nth-child(5) button").click()
        self.assertEqual([row[-1] for row in table(".top")][:3], ["emit", "gc", "lock"])

    def test_recursion_counts_once(self):
        open_page(write("-", stdin=b"main;f;g;f;f 10\nmain;f 5\n"), "#view=top")
        self.assertEqual({row[-1]: row[2] for row in table(".top")}, {"main": "15", "f": "15", "g": "10"})

    def test_a_function_between_its_callers_and_its_callees(self):
        open_page(write("-", stdin=FOLDED), "#view=top")
        browser.js("[...document.querySelectorAll('.top .link')].find(b => b.textContent === 'scan').click()")
        self.assertTrue(browser.text("#sandwich h3").startswith("scan: 35 (33.33%), itself 35"))
        tree = """const {sandwich, stacks} = pageForTests, {tree} = sandwich[arguments[0]];
                  return Array.from(tree.caller, (_, row) => [row ? stacks.names[tree.name[row]] : '', tree.totals[0][row]])"""
        self.assertEqual(sorted(browser.js(tree, "callers")), sorted([["", 35], ["parse", 30], ["serve", 30], ["main", 30], ["gc", 5], ["main", 5]]))
        open_page(write("-", stdin=FOLDED), fragment().replace("fn=scan", "fn=serve"))
        self.assertEqual(sorted(browser.js(tree, "callees")), sorted([["", 60], ["parse", 50], ["scan", 30], ["emit", 20], ["lock", 10]]))

    def test_sample_types_and_labels_are_switched(self):
        open_page(write(FIXTURES + "/heap_leak/go1.26.after.heap.pb.gz"))
        total = "return pageForTests.stacks.total()"
        totals = {}
        for kind in browser.js("return pageForTests.stacks.data.kinds.map(k => k[0])"):
            browser.js("""const s = document.querySelector('select[title="sample type"]');
                          s.value = [...s.options].find(o => o.textContent === arguments[0]).value; s.dispatchEvent(new Event('change'))""", kind)
            totals[kind] = browser.js(total)
        told = json.loads(goprof("top", "--json", FIXTURES + "/heap_leak/go1.26.after.heap.pb.gz"))
        self.assertEqual(totals, {name.split("/")[0]: value for name, value in zip(told["sample_types"], told["totals"])})
        self.assertIn("kind=inuse_space", fragment())

    def test_a_change_is_explained(self):
        cpu = FIXTURES + "/cpu_regression/go1.26."
        open_page(write("--before", *sorted(glob.glob(cpu + "before.*.cpu.pb.gz")), "--after", *sorted(glob.glob(cpu + "after.*.cpu.pb.gz"))))
        self.assertIn("main.appendQuoted", browser.text("#changes .answer"))
        browser.find("#tab-flame").click()
        self.assertIn("−75% to gone", browser.text(".legend"))
        self.assertIn("within noise", browser.text(".legend"))
        click_frame("main.appendQuoted")
        self.assertRegex(browser.text(".details"), r"^main.appendQuoted — [\d.]+m?s \([\d.]+%\) → [\d.]+s \([\d.]+%\), \+[\d.]+s \+[\d.]+%$")
        browser.find("#tab-top").click()
        self.assertEqual(table(".top")[0][-1], "main.appendQuoted")

    def test_hostile_names_are_shown_and_never_run(self):
        stacks = profile([([b"main", b"x.<" + name], 10) for name in HOSTILE])
        for view in ("flame", "top", "sandwich", "text"):
            open_page(write("-", "--title", "</title><script>window.injected=1</script>", stdin=stacks), "#view=" + view)
            self.assertIsNone(browser.js("return window.injected || null"))
        self.assertEqual(browser.js("return document.querySelectorAll('img,iframe,object,embed,svg[onload],[onmouseover]').length"), 0)

    def test_the_policy_lets_nothing_else_run(self):
        open_page(write("-", stdin=FOLDED))
        browser.js("const s = document.createElement('script'); s.textContent = 'window.injected = 1'; document.body.append(s)")
        self.assertIsNone(browser.js("return window.injected || null"))
        self.assertTrue(any("Content Security Policy" in message for message in browser.console()))

    def test_it_fits_a_narrow_window(self):
        cpu = FIXTURES + "/cpu_regression/go1.26."
        path = write("--before", cpu + "before.1.cpu.pb.gz", "--after", cpu + "after.1.cpu.pb.gz")
        browser.resize(320, 600)
        for view in ("changes", "flame", "top", "sandwich"):
            open_page(path, "#view=" + view)
            self.assert_nothing_sticks_out()

    def test_paper_is_light_and_has_the_whole_graph(self):
        browser.theme("dark")
        browser.resize(1000, 400)
        deep = b";".join(b"f%d" % i for i in range(60))
        open_page(write("-", stdin=deep + b" 5\n"))
        ground = "return getComputedStyle(document.documentElement).getPropertyValue('--ground').trim()"
        height = "return document.querySelector('#flame canvas').getBoundingClientRect().height"
        self.assertEqual(browser.js(ground), "#16181c")
        self.assertLess(browser.js(height), 400)
        browser.js("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(browser.js(ground), "#fff")
        self.assertEqual(browser.js(height), 61 * 18)
        browser.js("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(browser.js(ground), "#16181c")
        self.assertLess(browser.js(height), 400)

    def test_without_scripts_the_reports_can_be_read(self):
        path = write(FIXTURES + "/cpu_regression/go1.26.after.1.cpu.pb.gz")
        with Browser(scripts=False) as plain:
            plain.open(path)
            self.assertIn("main.appendQuoted", plain.find("#text").text)


if __name__ == "__main__":
    unittest.main()
