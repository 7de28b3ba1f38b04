"""compare.py GOTRACE ORACLE: reads names of traces, one a line; says for each whether `gotrace summary --json` has the facts of
the official reader, and for v2 whether `gotrace dump` has all its events. Exit status 1: not all have."""

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
    """What differs, and the event count."""
    ours = run(gotrace, "summary", "--json", path)
    for _ in range(RUNS_OF_V1):
        theirs = run(oracle, path)
        if theirs["error"]:
            return ["official reader: " + theirs["error"]], ours
        different = differences(ours, theirs)
        if not different or not ours["version"] < "go 1.22":
            break
    if ours["version"] >= "go 1.22" and events(gotrace, "dump", "--stacks", path) != events(oracle, "-events", path):
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
    print(f"{len(paths) - bad} of {len(paths)} traces have the official reader's facts, {len(KEYS)} fields each")
    return 1 if bad or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
