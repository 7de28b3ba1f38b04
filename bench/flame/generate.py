#!/usr/bin/env python3
"""Writes folded stacks, the same each time, sorted as stackcollapse-perf.pl and inferno-collapse-perf leave them.

generate.py STACKS [DEPTH]     default depth 42: with 50,000 stacks about 57 MB and 900,000 distinct frames

A random walk over a call tree: most stacks share their first frames with many others, the ends are their own.
"""
import random
import sys

PACKAGES = "http grpc sql json proto template cart order stock payment cache queue raft wal index search mail auth session image".split()
TYPES = "Server Conn Router Handler Encoder Decoder Writer Reader Pool Worker Batch Cursor Session Planner Scanner Lexer Parser Buffer".split()
VERBS = "Serve Handle Encode Decode Write Read Flush Scan Parse Plan Apply Commit Match Merge Split Lookup Insert Expire Acquire Release".split()


def name(number):
    package, kind, verb = PACKAGES[number % 20], TYPES[number // 20 % 18], VERBS[number // 360 % 20]
    return f"example.org/{package}/v{number // 7200 + 1}.(*{kind}).{verb}" + (f".func{number % 7}" if number % 11 == 0 else "")


def main():
    stacks, depth = int(float(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 42
    rng = random.Random(1)
    names = [name(i) for i in range(55_000)]
    lines = {}
    for _ in range(stacks):
        at, frames = 0, ["shopd"]
        for level in range(rng.randrange(depth // 3, depth)):
            choices = 3 if level < 12 else 40
            at = (at * 7919 + level * 104_729 + min(rng.randrange(choices), rng.randrange(choices))) % len(names)
            frames.append(names[at])
        stack = ";".join(frames)
        lines[stack] = lines.get(stack, 0) + 1 + rng.randrange(20)
    sys.stdout.writelines(f"{stack} {count}\n" for stack, count in sorted(lines.items()))


main()
