"""The pages that goprof gate --html and goprof history trend --html write."""

import glob
import os
import unittest

from pages import FIXTURES, HOSTILE, BrowserTest, browser, goprof, open_page, scratch_path
from pprof import profile


class GatePage(BrowserTest):
    def test_it_says_what_failed_and_shows_it(self):
        cpu = FIXTURES + "/cpu_regression/go1.26."
        path = scratch_path("gate.html")
        goprof("gate", "--before", *sorted(glob.glob(cpu + "before.*.cpu.pb.gz")), "--after", *sorted(glob.glob(cpu + "after.*.cpu.pb.gz")), "--html", path)
        open_page(path)
        self.assertEqual(browser.js("return [...document.querySelectorAll('section.view')].filter(s => !s.hidden).map(s => s.id)"), ["gate"])
        self.assertIn("fail: main.appendQuoted", browser.text("header"))
        self.assertEqual([title for title in browser.js("return [...document.querySelectorAll('.finding h3')].map(h => h.textContent)") if "appendQuoted" in title][0].split(":")[0],
                         "main.appendQuoted cpu flat")
        self.assertEqual(browser.js("return [...document.querySelectorAll('pre')].filter(p => !p.textContent.trim()).length"), 0)
        browser.find("#tab-flame").click()
        self.assertIn("−75% to gone", browser.text("#flame .legend"))
        browser.resize(320, 700)
        self.assert_nothing_sticks_out()

    def test_hostile_names_are_shown_and_never_run(self):
        sides = []
        for side, hot in (("before", 100), ("after", 900)):
            for run in range(4):
                path = scratch_path(f"{side}{run}.pb")
                with open(path, "wb") as file:
                    file.write(profile([([b"main", b"x.<" + name], hot if name is HOSTILE[0] else 100 + run) for name in HOSTILE]))
                sides.append(path)
        page = scratch_path("gate.html")
        goprof("gate", "--before", *sides[:4], "--after", *sides[4:], "--html", page)
        for where in ("gate", "flame", "top", "sandwich"):
            open_page(page, "#view=" + where)
            self.assertEqual(browser.js("return document.querySelectorAll('img,iframe,object,embed,[onload],[onmouseover]').length"), 0)
        self.assertIn("<script>window.injected=1</script>", browser.text("#gate"))


class TrendPage(BrowserTest):
    def test_it_draws_the_level_and_says_where_it_changed(self):
        store, path = scratch_path("history.db"), scratch_path("trend.html")
        for side in ("before", "after"):
            for run, profile in enumerate(sorted(glob.glob(FIXTURES + f"/cpu_regression/go1.26.{side}.*.cpu.pb.gz"))):
                goprof("history", "add", "--store", store, "--branch", "main", "--commit", f"{side}{run}", profile)
        goprof("history", "trend", "--store", store, "--function", "main.appendQuoted", "--html", path)
        open_page(path)
        self.assertEqual(browser.js("return document.querySelectorAll('svg.trend circle').length"), 10)
        self.assertEqual(browser.js("return document.querySelectorAll('svg.trend .step').length"), 1)
        step, before, after = browser.js("""const mid = e => { const b = e.getBoundingClientRect(); return b.left + b.width / 2; };
            const c = document.querySelectorAll('svg.trend circle'); return [mid(document.querySelector('svg.trend .step line')), mid(c[4]), mid(c[5])]""")
        self.assertTrue(before < step < after)
        os.remove(store)
        browser.resize(320, 700)
        self.assert_nothing_sticks_out()


if __name__ == "__main__":
    unittest.main()
