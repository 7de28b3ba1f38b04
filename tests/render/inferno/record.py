#!/usr/bin/env python3
"""What inferno-flamegraph draws, as an outline: record.py SHARE < stacks.folded > outline.txt

A line per frame, indented by its depth: "<width in samples> <name>", callees under their caller and by name. SHARE is inferno's --minwidth, in percent.
Needs inferno-flamegraph in PATH.
"""
import html
import re
import subprocess
import sys

svg = subprocess.run(["inferno-flamegraph", "--minwidth", sys.argv[1]], input=sys.stdin.buffer.read(), capture_output=True, check=True).stdout.decode()
boxes = []
for title, y, x, width in re.findall(r'<title>(.*?)</title><rect [^>]*?y="(\d+)"[^>]*? fg:x="(\d+)" fg:w="(\d+)"', svg, re.S):
    name = re.match(r"(.*) \([\d,]+ samples, [\d.]+%\)$", html.unescape(title), re.S)
    boxes.append((-int(y), int(x), int(width), "all" if title.startswith("all (") else name[1]))
rows = sorted({-box[0] for box in boxes}, reverse=True)


def outline(depth, left, right):
    inside = [box for box in boxes if -box[0] == rows[depth] and left <= box[1] and box[1] + box[2] <= right and box[2] > 0]
    for _, x, width, name in sorted(inside, key=lambda box: box[3].encode()):
        print(" " * depth + f"{width} {name}")
        if depth + 1 < len(rows):
            outline(depth + 1, x, x + width)


outline(0, 0, max(box[1] + box[2] for box in boxes))
