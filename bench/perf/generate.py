#!/usr/bin/env python3
"""Writes a perf script text of a wanted size, the same each time.

generate.py BYTES [BASE]     from BASE, a real `perf script` text, or from a made-up program

Each further copy of the base has other processes and times, and a third of its samples have the innermost frame of another
sample, so that the number of distinct stacks grows with the size.
"""
import random
import re
import sys


def made_up(rng):
    """20,000 samples of a program of 4,000 functions: stacks of 5 to 60 frames that share their roots, some in the kernel."""
    callees = [[rng.randrange(4000) for _ in range(1 + rng.randrange(6))] for _ in range(4000)]
    samples = []
    for number in range(20000):
        frames, at = [], 0
        for _ in range(5 + min(rng.randrange(56), rng.randrange(56))):
            address = 0x400000 + at * 4096 + rng.choice((16, 16, 16, 240, 1024))
            name = f"example.org/shop/package{at % 40}.(*Type{at % 300}).Method{at}"
            frames.append(f"\t{address:16x} {name}+0x{address & 4095:x} (/srv/shop/program)")
            at = callees[at][min(rng.randrange(6), len(callees[at]) - 1)]
        if rng.randrange(5) == 0:
            frames += [f"\t{0xffffffff81000000 + k * 512:16x} kernel_function_{k}+0x1f ([kernel.kallsyms])" for k in range(rng.randrange(1, 12))]
        header = f"program {1000 + rng.randrange(4)} [{rng.randrange(2):03d}] {number / 1000:.6f}:    1001001 cpu-clock: "
        samples.append((header, frames[::-1]))
    return samples


def real(path):
    samples = []
    with open(path, errors="replace") as text:
        for record in text.read().split("\n\n"):
            lines = [line for line in record.split("\n") if line and not line.startswith("#")]
            if len(lines) > 1:
                samples.append((lines[0], lines[1:]))
    return samples


def main():
    wanted = int(float(sys.argv[1]))
    rng = random.Random(1)
    base = real(sys.argv[2]) if len(sys.argv) > 2 else made_up(rng)
    written = copy = 0
    while written < wanted:
        for header, frames in base:
            if copy:
                header = re.sub(r" (\d+)( .*?)(\d+)(\.\d+:)", lambda m: f" {int(m[1]) + copy * 10000}{m[2]}{int(m[3]) + copy * 200}{m[4]}", header, count=1)
                if rng.randrange(3) == 0:
                    frames = [rng.choice(base)[1][0]] + frames[1:]
            record = header + "\n" + "\n".join(frames) + "\n\n"
            sys.stdout.write(record)
            written += len(record)
            if written >= wanted:
                break
        copy += 1


if __name__ == "__main__":
    main()
