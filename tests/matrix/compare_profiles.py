#!/usr/bin/env python3
"""Compares what goprof and pprof print of profiles: every report with every option.

    compare_profiles.py GOPROF PPROF PROFILE ..

A filter that matches nothing must be exit status 2 in goprof, where pprof prints a message or nothing. Exit status 1: something
differs; the first lines that do are shown.
"""
import os
import subprocess
import sys

REPORTS = ["top", "tree", "traces", "tags", "raw", "peek=main", "list=main"]
OPTIONS = """
-cum -flat -lines -addresses -filefunctions -files -noinlines -nodecount=5 -unit=auto -unit=ms -unit=kb -sample_index=0 -mean
-divide_by=3 -focus=main -ignore=runtime -hide=runtime -show=main -show_from=main -prune_from=main -trim=false -compact_labels
-tagfocus=reader=child -tagignore=reader=child -tagshow=reader -taghide=reader -tagroot=reader -tagleaf=bytes -tagfocus=bytes=1kb:
-drop_negative -trim_path=/usr -showcolumns -relative_percentages
""".split() + ["", "-relative_percentages -focus=main", "-nodefraction=0.1 -edgefraction=0.2", "-lines -showcolumns",
               "-addresses -noinlines", "-focus=main -hide=runtime -cum", "-normalize -diff_base={file}", "-base={file}"]
NOTHING = ("expression matched no samples", "no matches found")


def said(words):
    env = dict(os.environ, TZ="UTC")
    ran = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False)
    return ran.returncode, ran.stdout.decode(errors="replace").rstrip("\n").split("\n")


def without_lines_by_number(lines):
    """Where pprof prints an error in place of the source, goprof lists the lines that cost by number as well."""
    kept, is_sourceless = [], False
    for line in lines:
        is_sourceless = is_sourceless and not line.startswith("ROUTINE")
        if not is_sourceless:
            kept.append(line)
        is_sourceless = is_sourceless or line.startswith(" Error:")
    return kept


def first_difference(found, wanted):
    for at in range(max(len(found), len(wanted))):
        a = found[at] if at < len(found) else "(nothing)"
        b = wanted[at] if at < len(wanted) else "(nothing)"
        if a != b:
            return f"    line {at + 1}: goprof {a!r}\n             pprof  {b!r}"
    return ""


def is_by_chance(ask, found, wanted):
    """Rows that print the same (-files has them) come in another order each time that pprof is asked."""
    if sorted(found) != sorted(wanted):
        return False
    return any(ask() != wanted for _ in range(8))


def main():
    goprof, pprof, files = sys.argv[1], sys.argv[2], sys.argv[3:]
    compared = different = 0
    for file in files:
        for report in REPORTS:
            for option in OPTIONS:
                options = option.format(file=file).split()

                def ask():
                    _, lines = said([pprof, "-symbolize=remote", "-" + report, *options, file])
                    return [line for line in lines if "as range, not regexp" not in line]

                wanted = ask()
                status, found = said([goprof, *report.split("="), *options, file])
                compared += 1
                if any(message in line for message in NOTHING for line in wanted):
                    if status != 2:
                        different += 1
                        print(f"{file}: {report} {option}: exit status {status}, wanted 2")
                    continue
                found = without_lines_by_number(found)
                if found != wanted and not is_by_chance(ask, found, wanted):
                    different += 1
                    print(f"{file}: {report} {option}\n{first_difference(found, wanted)}")
    print(f"{len(files)} profiles, {compared} reports compared, {different} differ")
    return 1 if different or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
