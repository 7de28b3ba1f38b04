"""Flame graphs in SVG, as a reader uses them: in a browser, with and without scripts."""

import re
import unittest

from browser import Browser, Keys
from pages import FIXTURES, HOSTILE, BrowserTest, browser, draw, scratch_path
from pprof import profile

FOLDED = b"""main;serve;parse;scan 30
main;serve;parse;emit 20
main;serve;lock 10
main;gc;mark 40
"""


def search_for(text):
    browser.keys("/")
    browser.keys(text)


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


class FlameSvg(BrowserTest):
    def test_widths_are_shares_of_the_window(self):
        browser.open(draw("-", stdin=FOLDED))
        room = browser.js("return window.innerWidth") - 24
        for name, share in {"all": 1, "main": 1, "serve": .6, "parse": .5, "scan": .3, "gc": .4, "mark": .4}.items():
            self.assertAlmostEqual(frame(name)[1], room * share, delta=0.02, msg=name)

    def test_a_user_s_notes_are_told_and_linked(self):
        notes = scratch_path("notes.txt")
        with open(notes, "w", encoding="utf-8") as file:
            file.write("serve\ttitle=<b>every</b> request\thref=https://example.org/runbook\ttarget=_blank\n")
        browser.open(draw("-", "--nameattr", notes, stdin=FOLDED))
        title = browser.js("""return [...document.querySelectorAll('#frames title')].map(t => t.textContent).find(t => t.startsWith('serve ('))""")
        self.assertEqual(title, "serve (60 samples, 60.00%)\n<b>every</b> request")
        self.assertEqual(browser.js("return document.querySelector('#frames a').getAttribute('href')"), "https://example.org/runbook")
        self.assertEqual(browser.js("return document.querySelectorAll('#frames b').length"), 0)
        self.assertAlmostEqual(frame("serve")[1], (browser.js("return window.innerWidth") - 24) * .6, delta=0.02)

    def test_a_click_zooms_and_reset_and_escape_go_back(self):
        browser.open(draw("-", stdin=FOLDED))
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
        browser.open(draw("-", stdin=FOLDED))
        search_for("^(serve|parse|mark)$")
        browser.until("return document.getElementById('matched').textContent === 'matched 100.00% in 3 frames'")
        browser.keys(Keys.ESCAPE)
        search_for("PARSE|lock")
        browser.until("return document.getElementById('matched').textContent === 'matched 60.00% in 2 frames'")
        browser.keys("(")
        browser.until("return document.getElementById('matched').textContent.startsWith('not an expression')")

    def test_the_address_restores_zoom_and_search(self):
        path = draw("-", stdin=FOLDED)
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
        browser.open(draw("-", stdin=FOLDED))
        for key, at in ((Keys.ARROW_UP, "all"), (Keys.ARROW_UP, "main"), (Keys.ARROW_UP, "serve"), (Keys.ARROW_LEFT, "gc"), (Keys.ARROW_RIGHT, "serve"),
                        (Keys.ARROW_DOWN, "main"), (Keys.ARROW_UP, "serve")):
            browser.keys(key)
            self.assertTrue(browser.text("#details").startswith(at + " —"), f"{at}: {browser.text('#details')}")
        browser.keys(Keys.ENTER)
        self.assertIsNone(frame("gc"))

    def test_hovering_says_the_share_of_all_and_of_the_caller(self):
        browser.open(draw("-", stdin=FOLDED))
        browser.js("document.querySelectorAll('#frames>g').forEach(g => { if (g.textContent.startsWith('scan')) g.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})) })")
        self.assertEqual(browser.text("#details"), "scan — 30 samples, 30.00% of all, 60.00% of its caller")

    def test_hostile_names_are_shown_and_never_run(self):
        stacks = profile([([b"main", b"x.<" + name], 10) for name in HOSTILE])
        browser.open(draw("-", "--title", "<script>window.injected=1</script>]]>", "--notes", "]]></desc><script>window.injected=1</script>", stdin=stacks))
        search_for("script")
        browser.until("return document.getElementById('matched').textContent.includes('frames')")
        self.assertEqual(browser.js("return document.querySelectorAll('script').length"), 1)
        titles = browser.js("return [...document.querySelectorAll('#frames>g>title')].map(t => t.textContent)")
        self.assertEqual(len(titles), len(HOSTILE) + 2)
        self.assertIn("x.<<script>window.injected=1</script> (10 samples, 6.67%)", titles)
        self.assertTrue(all(re.search(r" \([\d,]+ samples, [\d.]+%\)$", title) for title in titles))
        self.assertLess(max(map(len, titles)), 2100)
        for title in titles:
            self.assertNotRegex(title, "[\u202a-\u202e\u2066-\u2069]")

    def test_a_differential_graph_explains_itself(self):
        browser.open(draw("-", "--diff", stdin=b"main;old 10 0\nmain;hot 10 30\nmain;same 20 20\n"))
        for name, expected in {"old": "old — 0 samples, 0.00%; before 10 samples, 25.00%; gone",
                               "hot": "hot — 30 samples, 60.00%; before 10 samples, 25.00%; change +20 samples, +200.00%"}.items():
            click(name)
            self.assertEqual(browser.text("#details"), expected)
        self.assertIn("−75% to gone", browser.text("#legend"))
        self.assertIn("within noise", browser.text("#legend"))
        self.assertIn("Shares in tooltips: of 40 before and of 50 after", browser.text("#legend"))

    def test_dark_readers_get_a_dark_ground(self):
        browser.open(draw("-", stdin=FOLDED))
        browser.theme("dark")
        self.assertEqual(browser.js("return getComputedStyle(document.getElementById('ground')).fill"), "rgb(22, 24, 28)")

    def test_in_a_narrow_window_nothing_sticks_out_or_overlaps(self):
        browser.resize(320, 600)
        browser.open(draw("--diff", FIXTURES + "/cpu_regression/go1.26.before.1.cpu.pb.gz", FIXTURES + "/cpu_regression/go1.26.after.1.cpu.pb.gz"))
        boxes = browser.js("""return [...document.querySelectorAll('svg>text,#legend>*,#search,#case')].filter(e => e.textContent.trim() || e.tagName !== 'text')
            .map(e => { const b = e.getBoundingClientRect(); return [e.id || e.textContent, b.left, b.top, b.right, b.bottom]; })""")
        for name, left, _, right, _ in boxes:
            self.assertTrue(0 <= left and right <= 320, (name, left, right))
        for i, (name, left, top, right, bottom) in enumerate(boxes):
            for other, left2, top2, right2, bottom2 in boxes[:i]:
                apart = right <= left2 or right2 <= left or bottom <= top2 + 3 or bottom2 <= top + 3
                self.assertTrue(apart, (name, other))

    def test_a_flame_graph_of_a_trace_is_coloured_by_state(self):
        browser.open(draw("--kind", "off-cpu", FIXTURES + "/mutex_convoy/go1.26.trace", program="gotrace"))
        self.assertRegex(browser.text("#legend"), r"waiting [\d.]+%\s*blocked by others [\d.]+%")
        self.assertIsNotNone(frame("sync.(*Mutex).Lock"))
        self.assertEqual(browser.js("return document.querySelectorAll('#legend rect').length"), 3)

    def test_one_goroutine_s_life_goes_from_left_to_right(self):
        browser.open(draw("--flamechart", "--goroutine", "1", FIXTURES + "/mutex_convoy/go1.26.trace", program="gotrace"))
        sleeps = browser.js("""return [...document.querySelectorAll('#frames>g')].filter(g => g.querySelector('title').textContent.startsWith('main.(*PriceTable).refresh ('))
            .map(g => +g.querySelector('rect').getAttribute('x'))""")
        self.assertEqual(len(sleeps), 20)  # the program refreshes twenty times
        self.assertEqual(sleeps, sorted(sleeps))
        click("main.(*PriceTable).refresh")
        self.assertTrue(browser.text("#details").startswith("main.(*PriceTable).refresh — 6."))
        browser.keys(Keys.ESCAPE)

    def test_a_chart_of_folded_stacks_keeps_their_order_and_repeats_what_is_repeated(self):
        # flamegraph.pl --flamechart: b 20%, c 20%, b 60%
        browser.open(draw("-", "--flamechart", stdin=b"a;b 1\na;c 1\na;b 1\na;b 2\n"))
        titles = browser.js("return [...document.querySelectorAll('#frames title')].map(t => t.textContent)")
        self.assertEqual(titles, ["all (5 samples, 100%)", "a (5 samples, 100.00%)", "b (1 samples, 20.00%)", "c (1 samples, 20.00%)", "b (3 samples, 60.00%)"])

    def test_a_total_leaves_room_for_what_is_not_in_the_input(self):
        # flamegraph.pl --total 10: all 100%, a 50%, b 40%, c 10%
        browser.open(draw("-", "--total", "10", stdin=b"a;b 1\na;c 1\na;b 1\na;b 2\n"))
        titles = browser.js("return [...document.querySelectorAll('#frames title')].map(t => t.textContent)")
        self.assertEqual(titles, ["all (10 samples, 100%)", "a (5 samples, 50.00%)", "b (4 samples, 40.00%)", "c (1 samples, 10.00%)"])

    def test_shares_of_a_graph_from_the_leaves_are_those_of_the_leaves(self):
        browser.open(draw("-", "--reverse", stdin=b"main.main;runtime.mallocgc 3\nmain.main;runtime.memmove 1\nmain.main 6\n"))
        self.assertIn("application 60.00%", browser.text("#legend"))
        self.assertIn("runtime 40.00%", browser.text("#legend"))

    def test_without_scripts_everything_is_drawn_and_has_a_tooltip(self):
        path = draw("-", stdin=FOLDED)
        with Browser(scripts=False) as plain:
            plain.open(path)
            self.assertEqual(len(plain.find_all("#frames>g>title")), 9)
            self.assertEqual(plain.find_all("#search"), [])
            widths = [element.get_attribute("width") for element in plain.find_all("#frames>g>rect")]
            self.assertEqual(widths[0], "1176")


if __name__ == "__main__":
    unittest.main()
