"""Flame graphs in SVG, as a reader uses them: in a browser, with and without scripts."""

import os
import re
import tempfile
import unittest

from browser import Browser, Keys, goprof
from pprof import profile

FOLDED = b"""main;serve;parse;scan 30
main;serve;parse;emit 20
main;serve;lock 10
main;gc;mark 40
"""
HOSTILE = [b"<script>window.injected=1</script>", b"</title><script>window.injected=1</script>", b"]]><script>window.injected=1</script>",
           b"\"onload=\"window.injected=1", b"'onmouseover='window.injected=1", b"a&amp;b&lt;", b"nul\x00char\x01\x1f", b"\xff\xfe bad utf-8",
           "rtl\u202eexe.gnp\u2066".encode(), b"x" * 100_000, b"${alert(1)}", b"<svg onload=window.injected=1>", b"</metadata>", b"--><!--", b"semi;colon\nand line"]

scratch = tempfile.TemporaryDirectory()
browser = None


def setUpModule():
    global browser
    browser = Browser()


def tearDownModule():
    browser.__exit__()
    scratch.cleanup()


def search_for(text):
    browser.keys("/")
    browser.keys(text)


def draw(folded, *options):
    path = os.path.join(scratch.name, "flame.svg")
    goprof("flame", "-", "-o", path, *options, stdin=folded)
    return path


def frame(name):
    """The rectangle of a frame that is shown: x, width; None where it is not."""
    return browser.js(
        """for (const g of document.querySelectorAll('#frames>g')) {
             if (!g.querySelector('title').textContent.startsWith(arguments[0] + ' (') || g.classList.contains('gone')) continue;
             const r = g.querySelector('rect');
             return [+r.getAttribute('x'), +r.getAttribute('width')];
           }
           return null""", name)


def click(name):
    browser.js(
        """for (const g of document.querySelectorAll('#frames>g'))
             if (g.querySelector('title').textContent.startsWith(arguments[0] + ' (')) {
               g.dispatchEvent(new MouseEvent('click', {bubbles: true})); return; }""", name)


class FlameSvg(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(browser.console(), [])
        self.assertEqual(browser.requests(), [])

    def test_widths_are_shares_of_the_window(self):
        browser.open(draw(FOLDED))
        room = browser.js("return window.innerWidth") - 24
        for name, share in {"all": 1, "main": 1, "serve": .6, "parse": .5, "scan": .3, "gc": .4, "mark": .4}.items():
            self.assertAlmostEqual(frame(name)[1], room * share, delta=0.02, msg=name)

    def test_a_user_s_notes_are_told_and_linked(self):
        notes = os.path.join(scratch.name, "notes.txt")
        with open(notes, "w", encoding="utf-8") as file:
            file.write("serve\ttitle=<b>every</b> request\thref=https://example.org/runbook\ttarget=_blank\n")
        browser.open(draw(FOLDED, "--nameattr", notes))
        title = browser.js("""return [...document.querySelectorAll('#frames title')].map(t => t.textContent).find(t => t.startsWith('serve ('))""")
        self.assertEqual(title, "serve (60 samples, 60.00%)\n<b>every</b> request")
        self.assertEqual(browser.js("return document.querySelector('#frames a').getAttribute('href')"), "https://example.org/runbook")
        self.assertEqual(browser.js("return document.querySelectorAll('#frames b').length"), 0)
        self.assertAlmostEqual(frame("serve")[1], (browser.js("return window.innerWidth") - 24) * .6, delta=0.02)

    def test_a_click_zooms_and_reset_and_escape_go_back(self):
        browser.open(draw(FOLDED))
        room = browser.js("return window.innerWidth") - 24
        click("parse")
        self.assertAlmostEqual(frame("parse")[1], room, delta=0.02)
        self.assertAlmostEqual(frame("scan")[1], room * .6, delta=0.02)
        self.assertAlmostEqual(frame("main")[1], room, delta=0.02)
        self.assertIsNone(frame("gc"))
        self.assertIn("#x=", browser.url())
        browser.find("#reset").click()
        self.assertAlmostEqual(frame("gc")[1], room * .4, delta=0.02)
        self.assertNotIn("#", browser.url())
        click("gc")
        browser.keys(Keys.ESCAPE)
        self.assertAlmostEqual(frame("gc")[1], room * .4, delta=0.02)

    def test_search_says_the_matched_share_and_counts_nested_matches_once(self):
        browser.open(draw(FOLDED))
        search_for("^(serve|parse|mark)$")
        browser.until("return document.getElementById('matched').textContent === 'matched 100.00% in 3 frames'")
        browser.keys(Keys.ESCAPE)
        search_for("PARSE|lock")
        browser.until("return document.getElementById('matched').textContent === 'matched 60.00% in 2 frames'")
        browser.keys("(")
        browser.until("return document.getElementById('matched').textContent.startsWith('not an expression')")

    def test_the_address_restores_zoom_and_search(self):
        path = draw(FOLDED)
        browser.open(path)
        click("serve")
        search_for("sc[a]n")
        browser.until("return location.hash.includes('s=')")
        fragment = browser.url()[browser.url().index("#"):]
        browser.open(path, fragment)
        self.assertAlmostEqual(frame("serve")[1], browser.js("return window.innerWidth") - 24, delta=0.02)
        self.assertIsNone(frame("gc"))
        self.assertEqual(browser.text("#matched"), "matched 30.00% in 1 frames")
        self.assertEqual(browser.js("return document.getElementById('search').value"), "sc[a]n")

    def test_arrows_walk_the_stack_and_enter_zooms(self):
        browser.open(draw(FOLDED))
        for key, at in ((Keys.ARROW_UP, "all"), (Keys.ARROW_UP, "main"), (Keys.ARROW_UP, "serve"), (Keys.ARROW_LEFT, "gc"), (Keys.ARROW_RIGHT, "serve"),
                        (Keys.ARROW_DOWN, "main"), (Keys.ARROW_UP, "serve")):
            browser.keys(key)
            self.assertTrue(browser.text("#details").startswith(at + " —"), f"{at}: {browser.text('#details')}")
        browser.keys(Keys.ENTER)
        self.assertIsNone(frame("gc"))

    def test_hovering_says_the_share_of_all_and_of_the_caller(self):
        browser.open(draw(FOLDED))
        browser.js("document.querySelectorAll('#frames>g').forEach(g => { if (g.textContent.startsWith('scan')) g.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})) })")
        self.assertEqual(browser.text("#details"), "scan — 30 samples, 30.00% of all, 60.00% of its caller")

    def test_hostile_names_are_shown_and_never_run(self):
        stacks = profile([([b"main", b"x.<" + name], 10) for name in HOSTILE])
        browser.open(draw(stacks, "--title", "<script>window.injected=1</script>]]>", "--notes", "]]></desc><script>window.injected=1</script>"))
        search_for("script")
        browser.until("return document.getElementById('matched').textContent.includes('frames')")
        self.assertIsNone(browser.js("return window.injected || null"))
        self.assertEqual(browser.js("return document.querySelectorAll('script').length"), 1)
        titles = browser.js("return [...document.querySelectorAll('#frames>g>title')].map(t => t.textContent)")
        self.assertEqual(len(titles), len(HOSTILE) + 2)
        self.assertIn("x.<<script>window.injected=1</script> (10 samples, 6.67%)", titles)
        self.assertTrue(all(re.search(r" \([\d,]+ samples, [\d.]+%\)$", title) for title in titles))
        self.assertLess(max(map(len, titles)), 2100)
        for title in titles:
            self.assertNotRegex(title, "[\u202a-\u202e\u2066-\u2069]")

    def test_a_differential_graph_explains_itself(self):
        browser.open(draw(b"main;old 10 0\nmain;hot 10 30\nmain;same 20 20\n", "--diff"))
        for name, expected in {"old": "old — 0 samples, 0.00%; before 10 samples, 25.00%; gone",
                               "hot": "hot — 30 samples, 60.00%; before 10 samples, 25.00%; change +20 samples, +200.00%"}.items():
            click(name)
            self.assertEqual(browser.text("#details"), expected)
        self.assertIn("−75% to gone", browser.text("#legend"))
        self.assertIn("within noise", browser.text("#legend"))
        self.assertIn("Shares: before of 40, after of 50", browser.text("#legend"))

    def test_dark_readers_get_a_dark_ground(self):
        browser.open(draw(FOLDED))
        browser.theme("dark")
        try:
            self.assertEqual(browser.js("return getComputedStyle(document.getElementById('ground')).fill"), "rgb(22, 24, 28)")
        finally:
            browser.theme("light")

    def test_without_scripts_everything_is_drawn_and_has_a_tooltip(self):
        path = draw(FOLDED)
        with Browser(scripts=False) as plain:
            plain.open(path)
            self.assertEqual(len(plain.find_all("#frames>g>title")), 9)
            self.assertEqual(plain.find_all("#search"), [])
            widths = [element.get_attribute("width") for element in plain.find_all("#frames>g>rect")]
            self.assertEqual(widths[0], "1176")


if __name__ == "__main__":
    unittest.main()
