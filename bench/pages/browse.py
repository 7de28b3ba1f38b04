#!/usr/bin/env python3
"""browse.py FILE.html ..: opens each page three times, zooms into its flame graph and its timeline, and prints what the browser's trace says.

opens   from the start of the navigation until the page says that it is ready and the next frame is painted
zoom    120 turns of the wheel with Ctrl, half of them in and half out, 16 ms apart, as a hand does it. A frame is one animation frame in which the
        page drew (FireAnimationFrame in the trace); frames a second are those over the time from the first to the last, gaps are those between one
        and the next, CPU is the thread time of the main thread's task that drew one: what it would take on a machine with nothing else to do
"""
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "browser"))
from browser import Browser  # noqa: E402

TURNS = 120
READY = """new MutationObserver((_, observer) => {
  if (!document.body || !document.body.dataset.ready) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => performance.mark('page-ready')));
}).observe(document, {subtree: true, childList: true, attributes: true});"""


def trace_up_to(browser, mark):
    """The events of the browser's trace until the page made its mark; they are handed over in the browser's own time. Asking interrupts the trace, so
    nobody asks before the mark is made."""
    browser.until("return performance.getEntriesByName(arguments[0]).length", mark, seconds=60)
    events, end = [], time.time() + 60
    while time.time() < end:
        for entry in browser.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Tracing.dataCollected":
                events.append(message["params"])
        if any(event.get("name") == mark for event in events):
            return events
        time.sleep(0.1)
    raise SystemExit(f"the browser's trace has no {mark}")


def time_of(events, mark):
    return max(event["ts"] for event in events if event.get("name") == mark)


def opening(browser, path):
    """Seconds by the clock, and of the main thread's CPU time."""
    browser.open(path)
    events = trace_up_to(browser, "page-ready")
    ready = time_of(events, "page-ready")
    start = ready - 1e3 * browser.js("return performance.getEntriesByName('page-ready')[0].startTime")
    thread = next((event["pid"], event["tid"]) for event in events if event.get("name") == "page-ready")
    cpu = sum(event.get("tdur", 0) for event in events if event["name"].endswith("RunTask") and (event["pid"], event["tid"]) == thread and start < event["ts"] < ready)
    return (ready - start) / 1e6, cpu / 1e6


def turn_the_wheel(browser, canvas):
    """The trace of it."""
    x, y = browser.js("const b = document.querySelector(arguments[0]).getBoundingClientRect(); return [b.left + b.width * 0.55, b.top + b.height * 0.3]", canvas)
    browser.js("performance.mark('zoom-begin')")
    begin = time.time()
    for turn in range(TURNS):
        browser.command("Input.dispatchMouseEvent", {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -24 if turn < TURNS / 2 else 24, "modifiers": 2})
        time.sleep(max(0, begin + (turn + 1) * 0.016 - time.time()))
    browser.js("requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('zoom-end')))")
    return trace_up_to(browser, "zoom-end")


def zooming(browser, canvas):
    events = turn_the_wheel(browser, canvas)
    begin, end = time_of(events, "zoom-begin"), time_of(events, "zoom-end")
    frames = sorted(event["ts"] for event in events if event["name"] == "FireAnimationFrame" and begin < event["ts"] < end)
    gaps = sorted((b - a) / 1e3 for a, b in zip(frames, frames[1:]))
    if len(gaps) < 10:
        return f"only {len(frames)} frames"
    tasks = sorted(event["tdur"] / 1e3 for event in events if event["name"].endswith("RunTask") and event.get("tdur") and
                   any(event["ts"] <= at <= event["ts"] + event["dur"] for at in frames))
    return (f"{len(gaps) / (frames[-1] - frames[0]) * 1e6:5.1f} frames/s, gaps: median {statistics.median(gaps):5.1f} ms, p95 {gaps[int(len(gaps) * .95)]:5.1f} ms, "
            f"longest {gaps[-1]:6.1f} ms; CPU of a frame: median {statistics.median(tasks):.1f} ms, most {tasks[-1]:.1f} ms")


def main():
    print(f"{'page':<22}{'bytes':>12}  opens in s (CPU s)")
    for path in sys.argv[1:]:
        times = []
        for _ in range(3):
            with Browser(trace=True) as browser:
                browser.command("Page.addScriptToEvaluateOnNewDocument", {"source": READY})
                times.append(opening(browser, path))
        print(f"{os.path.basename(path):<22}{os.path.getsize(path):>12,}  {', '.join(f'{wall:.2f} ({cpu:.2f})' for wall, cpu in sorted(times))}")
        with Browser(trace=True) as browser:
            browser.command("Page.addScriptToEvaluateOnNewDocument", {"source": READY})
            for view, canvas in (("flame", "#flame canvas"), ("timeline", "#timeline canvas")):
                browser.open(path, "#view=" + view)
                browser.until("return document.body.dataset.ready", seconds=60)
                if browser.js("return !document.querySelector(arguments[0])", canvas):
                    continue
                time.sleep(0.5)
                print(f"  zooming the {view:<10}{zooming(browser, canvas)}")


main()
