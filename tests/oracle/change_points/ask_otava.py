#!/usr/bin/env python3
"""Asks Apache Otava for the change points of its own test series and of some made-up ones, and writes both as JSON.

    python3 -m venv venv && venv/bin/pip install apache-otava==0.8.0
    pip download --no-deps --no-binary :all: apache-otava==0.8.0 && tar xzf apache_otava-0.8.0.tar.gz
    venv/bin/python ask_otava.py apache_otava-0.8.0/tests > answers.json

Otava's series are the number lists of at least 8 elements in its tests. The made-up ones have steps, bumps and drifts of known
size under noise, 12 to 400 measurements each.
"""
import ast
import importlib.metadata
import json
import pathlib
import random
import sys
import warnings

from otava.analysis import compute_change_points


def numbers_in(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.List) or len(node.elts) < 8:
            continue
        try:
            values = ast.literal_eval(node)
        except ValueError:
            continue
        if all(isinstance(value, (int, float)) for value in values):
            yield f"{path.stem}:{node.lineno}", [float(value) for value in values]


def made_up(seed):
    random.seed(seed)
    size = random.choice([12, 30, 60, 120, 400])
    level, series = 100.0, []
    noise = random.choice([0.5, 2.0, 5.0])
    while len(series) < size:
        series += [round(random.gauss(level, noise), 3) for _ in range(random.randint(4, 80))]
        level *= random.choice([0.8, 0.95, 1.02, 1.1, 1.5])
    return f"made up {seed}", series[:size]


def answer(series, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        points, _ = compute_change_points(list(series), **settings)
    return [
        {"index": int(p.index), "p_value": float(p.stats.pvalue), "before": float(p.stats.mean_1), "after": float(p.stats.mean_2)}
        for p in points
    ]


rows, seen = [], set()
for path in sorted(pathlib.Path(sys.argv[1]).glob("*_test.py")):
    for name, series in numbers_in(path):
        if tuple(series) not in seen:
            seen.add(tuple(series))
            rows.append((name, series))
rows += [made_up(seed) for seed in range(40)]

text = ",\n".join(
    json.dumps({"name": name, "series": series, "default": answer(series), "small_window": answer(series, window_len=30, max_pvalue=0.01, min_magnitude=0.05)})
    for name, series in rows
)
print(f'{{"otava": "{importlib.metadata.version("apache-otava")}", "rows": [\n{text}\n]}}')
