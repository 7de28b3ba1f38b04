#!/usr/bin/env python3
"""Takes the pictures of this folder again, from the recordings in fixtures/: `./dev pictures`, or take.py NAME .. for some of them.

GOPROF and GOTRACE name the programs. Pictures depend on the fonts of the machine; those here were taken with Debian's fonts-dejavu."""

import glob
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
os.environ.setdefault("GOPROF", ROOT + "/build/release/goprof")
os.environ.setdefault("GOTRACE", ROOT + "/build/release/gotrace")
os.environ.setdefault("FIXTURES", ROOT + "/fixtures")
os.chdir(ROOT)  # pages say which files they were made of
sys.path.insert(0, ROOT + "/tests/browser")
from pages import browser, open_page, run  # noqa: E402

FIXTURES = "fixtures/"
BEFORE = sorted(glob.glob(FIXTURES + "cpu_regression/go1.26.before.*.cpu.pb.gz"))
AFTER = sorted(glob.glob(FIXTURES + "cpu_regression/go1.26.after.*.cpu.pb.gz"))
SIDES = ["--before", *BEFORE, "--after", *AFTER]
WIDTH = 1000

# Name, how its file is made, the view's address, and what is done there before the picture is taken.
FLAMES = {
    "flame": ("goprof", AFTER[:1]),
    "flame-dark": ("goprof", AFTER[:1]),
    "flame-icicle": ("goprof", ["--icicle", *AFTER[:1]]),
    "flame-diff": ("goprof", SIDES),
    "flame-waits": ("gotrace", ["--kind", "off-cpu", FIXTURES + "mutex_convoy/go1.26.trace"]),
    "flame-life": ("gotrace", ["--flamechart", "--goroutine", "1", "--from", "10ms", "--to", "90ms", FIXTURES + "mutex_convoy/go1.26.trace"]),
}
GOPROF_CPU, GOPROF_DIFF = ["goprof", "report", AFTER[0]], ["goprof", "report", *SIDES]
ABBA, CONVOY, TASKS, GC = (["gotrace", "report", f"{FIXTURES}{name}/go1.26.trace"] for name in ("abba", "mutex_convoy", "tasks", "gc_heavy"))
PAGES = {
    "page-flame": (GOPROF_CPU, "#view=flame&q=huffman", 620),
    "page-top": (GOPROF_CPU, "#view=top", 480),
    "page-sandwich": (GOPROF_CPU, "#view=sandwich&fn=compress/flate.(*huffmanBitWriter).writeTokens", 520),
    "page-changes": (GOPROF_DIFF, "#view=changes", 420),
    "page-diff": (GOPROF_DIFF, "#view=flame", 620),
    "page-narrow": (GOPROF_DIFF, "#view=flame", 780),
    "trace-stuck": (ABBA, "#view=stuck", 910),
    "trace-contention": (CONVOY, "#view=contention", 480),
    "trace-timeline": (TASKS, "#view=timeline&t=0-60000000", 860),
    "trace-gc": (GC, "#view=gc", 640),
    "trace-latency": (CONVOY, "#view=latency", 620),
    "gate": (["goprof", "gate", *SIDES, "--html"], "#view=gate", 500),
    "trend": (["goprof", "history", "trend", "--every", "--html"], "#view=trend", 640),
}


def shoot(name):
    path = os.path.join(HERE, name + ".png")
    time.sleep(0.4)
    browser.screenshot(path)
    subprocess.run(["pngquant", "--force", "--ext", ".png", "--speed", "1", "--strip", "128", path], check=True)
    print(f"{name:<18}{os.path.getsize(path):>8,} bytes")


def flame(name, folder):
    program, arguments = FLAMES[name]
    path = os.path.join(folder, name + ".svg")
    run(program, "flame", "-o", path, *arguments)
    browser.theme("dark" if name.endswith("dark") else "light")
    browser.resize(WIDTH, 100)
    browser.open(path)
    browser.resize(WIDTH, int(float(browser.js("return document.documentElement.getAttribute('height')"))))
    shoot(name)


def page(name, folder):
    command, fragment, height = PAGES[name]
    path = os.path.join(folder, "page.html")
    arguments = command[1:]
    if name == "trend":
        store = os.path.join(folder, "history.db")
        for number, profile in enumerate(BEFORE + AFTER):
            run("goprof", "history", "add", "--store", store, "--branch", "main", "--commit", f"c{number + 1}", profile)
        arguments = [*arguments, path, "--store", store]
    else:
        arguments = [*arguments, path] if arguments[-1] == "--html" else [*arguments, "-o", path]
    run(command[0], *arguments)
    browser.theme("light")
    browser.resize(320 if name.endswith("narrow") else WIDTH, height)
    open_page(path, fragment)
    shoot(name)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or [*FLAMES, *PAGES]:
            if name in FLAMES:
                flame(name, folder)
            else:
                page(name, folder)
        if len(sys.argv) == 1:
            run("gotrace", "deadlock", "--svg", os.path.join(HERE, "waits.svg"), FIXTURES + "abba/go1.26.trace")


main()
