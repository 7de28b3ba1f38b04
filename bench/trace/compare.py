#!/usr/bin/env python3
"""Runs readers of traces in turns and prints time, memory and ratios: compare.py CACHE MEGABYTES PROGRAMS GO-TOOL-TRACE"""
import os
import subprocess
import sys
import time

CACHE, MEGABYTES, PROGRAMS, GO_TOOL = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
LIMIT_MB = int(os.environ.get("LIMIT_MB", "12000"))
RUNS = int(os.environ.get("RUNS", "5"))
GOTRACE, EVENTS, PEER = f"{PROGRAMS}/gotrace", f"{PROGRAMS}/bench_trace_events", f"{CACHE}/peer"
ONE_CPU = ["taskset", "-c", "0"]
ANALYSES = [["summary"], ["deadlock"], ["contention"], ["waits"], ["blocking", "--kind", "sync"], ["goroutines"], ["latency"],
            ["gc"], ["procs"]]
# Of which only the memory is asked for beside.
MORE = [["blocking", "--kind", "net"], ["blocking", "--kind", "syscall"], ["blocking", "--kind", "sched"], ["tasks"],
        ["critical-path", "--task", "request"], ["flame"], ["timeline"], ["report"]]
HUGE = [["summary"], ["deadlock"], ["contention"]]


def resident_mb(pid):
    try:
        with open(f"/proc/{pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return 0


def run_once(command):
    """(wall s, CPU s, MB, what went wrong)"""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stopped = ""
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid != 0:
            break
        if not stopped and resident_mb(process.pid) > LIMIT_MB:
            stopped = f"stopped: more than {LIMIT_MB / 1000:.0f} GB"
            process.kill()
        time.sleep(0.002)
    process.returncode = os.waitstatus_to_exitcode(status)
    failed = f"exit status {process.returncode}" if process.returncode not in (0, 1) else ""
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, stopped or failed


def table(title, path, rows, base_names):
    """rows: (name, command, runs). The best of the runs, by the clock; ratios to the rows that are named."""
    size = os.path.getsize(path) / 1e6
    print(f"\n{title}: {size:.1f} MB\n")
    print(f"{'':34}{'wall s':>9}{'CPU s':>9}{'MB':>9}" + "".join(f"{'of ' + name:>24}" for name in base_names))
    results = {name: [] for name, _, _ in rows}
    for turn in range(max(runs for _, _, runs in rows)):
        for name, command, runs in rows:
            if turn < runs:
                results[name].append(run_once([part.replace("FILE", path) for part in command]))
    best = {name: min(found, key=lambda row: (row[3] != "", row[0])) for name, found in results.items()}
    for name, (wall, cpu, memory, wrong) in best.items():
        line = f"{name:34}{wall:9.3f}{cpu:9.3f}{memory:9.1f}"
        for base in base_names:
            base_wall, base_cpu, _, base_wrong = best[base]
            known = not wrong and not base_wrong
            line += f"{f'{base_wall / wall:.1f}x wall {base_cpu / cpu:.1f}x CPU':>24}" if known else f"{'-':>24}"
        print(f"{line}  {wrong}".rstrip(), flush=True)
    return best


def memory(known, long):
    """known: by name, what was measured on the trace and on the ten times longer one."""
    print("\nMemory, MB\n" + f"{'':34}{f'{MEGABYTES} MB':>12}{f'{MEGABYTES * 10} MB':>12}")
    for words in MORE:
        command = [GOTRACE, *words]
        known[f"gotrace {' '.join(words)}"] = [run_once(command + [path]) for path in (f"{CACHE}/v2-{MEGABYTES}mb.trace", long)]
    for name, (short, row) in known.items():
        print(f"{name:34}{short[2]:12.1f}{row[2]:12.1f}  {row[3]}".rstrip(), flush=True)


def memory_of_huge(path):
    print(f"\nMemory, MB\n{'':34}{f'{os.path.getsize(path) / 1e6:.0f} MB':>12}")
    for words in HUGE:
        _, cpu, megabytes, wrong = run_once([GOTRACE, *words, path])
        print(f"{'gotrace ' + ' '.join(words):34}{megabytes:12.1f}  {cpu:.1f} s CPU  {wrong}".rstrip(), flush=True)


def ours(runs, analyses=ANALYSES):
    rows = [("event stream, one CPU", ONE_CPU + [EVENTS, "FILE"], runs), ("event stream", [EVENTS, "FILE"], runs)]
    for words in analyses:
        rows.append((f"gotrace {' '.join(words)}, one CPU", ONE_CPU + [GOTRACE, *words, "FILE"], runs))
        rows.append((f"gotrace {' '.join(words)}", [GOTRACE, *words, "FILE"], runs))
    return rows


def main():
    print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}; best of {RUNS} runs by the clock, of 1 for -d=parsed and the long trace")
    loop, parsed, sync = "Go loop", "go tool trace -d=parsed", "-pprof=sync"
    def peers(runs):
        return [(loop, [PEER, "FILE"], runs), (sync, [GO_TOOL, "-pprof=sync", "FILE"], runs)]
    short = table("Go 1.26", f"{CACHE}/v2-{MEGABYTES}mb.trace",
                  ours(RUNS) + peers(RUNS) + [(parsed, [GO_TOOL, "-d=parsed", "FILE"], 1)], [loop, sync])
    v1, long = f"{CACHE}/v1-{MEGABYTES}mb.trace", f"{CACHE}/v2-{MEGABYTES * 10}mb.trace"
    if os.path.exists(v1):
        table("Go 1.21 (v1)", v1, ours(RUNS) + peers(RUNS), [loop, sync])
    if os.path.exists(long):
        found = table("Go 1.26, the same workload ten times as long", long, ours(1) + peers(1), [loop])
        memory({name: (short[name], row) for name, row in found.items() if "one CPU" not in name}, long)
    huge = f"{CACHE}/v2-{MEGABYTES * 100}mb.trace"
    if os.path.exists(huge):
        memory_of_huge(huge)
    rings = f"{CACHE}/rings.trace"
    if os.path.exists(rings):
        table("1,000 goroutines in rings", rings, ours(RUNS, [["summary"], ["deadlock"]]), ["event stream"])


main()
