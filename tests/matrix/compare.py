"""compare.py GOTRACE ORACLE: reads names of traces, one a line; says for each whether `gotrace summary --json` has the facts of
the official reader, and `gotrace dump` its events. Exit status 1: not all have."""

import json
import re
import subprocess
import sys

KEYS = ["version", "duration_ns", "goroutines", "goroutines_ended", "procs", "threads", "tasks_begun", "regions_begun", "logs",
        "tasks_open", "regions_open", "goroutines_created_by_start_func", "blocked_at_end", "state_ns", "wait_ns_by_reason",
        "events", "cpu_samples"]
# Of v1 events at the same tick the official reader takes any first, a different one each run.
RUNS_OF_V1 = 30


def run(*command):
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def events(*command):
    """Printed events; the official reader does not tell a generation's number."""
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return re.sub(r" sync \d+ clock_ns", " sync clock_ns", text)


def differences(ours, theirs):
    return [key for key in KEYS if ours[key] != theirs[key]]


def compare(gotrace, oracle, path):
    """What differs, and what ours says."""
    ours = run(gotrace, "summary", "--json", path)
    runs = RUNS_OF_V1 if ours["version"] < "go 1.22" else 1
    for _ in range(runs):
        theirs = run(oracle, path)
        if theirs["error"]:
            return ["official reader: " + theirs["error"]], ours
        different = differences(ours, theirs)
        if not different:
            break
    our_events = events(gotrace, "dump", "--stacks", path)
    if all(our_events != events(oracle, "-events", path) for _ in range(runs)):
        different.append("dump")
    if ours["damage"]:
        different.append("damage")
    return different, ours


def main():
    gotrace, oracle = sys.argv[1:]
    paths = sys.stdin.read().split()
    bad = 0
    for path in paths:
        different, ours = compare(gotrace, oracle, path)
        bad += bool(different)
        name = path.rsplit("/", 1)[1].removesuffix(".trace")
        print(f"{name:28} {ours['version']:14} {ours['event_count']:8} events  "
              + ("same" if not different else "DIFFERENT: " + ", ".join(different)), flush=True)
    print(f"{len(paths) - bad} of {len(paths)} traces have the official reader's facts, {len(KEYS)} fields each, and its events")
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
