"""Writes the JSON schema of SARIF 2.1.0 to the file named: as the Go module go-sarif (public domain) carries it, fetched once by the
go command. Fails where there is no Go toolchain or the module can't be had."""
import json
import re
import subprocess
import sys

MODULE = "github.com/owenrumney/go-sarif/v3@v3.3.1"

answer = subprocess.run(["go", "mod", "download", "-json", MODULE], capture_output=True, text=True, cwd="/", check=True, timeout=60)
folder = json.loads(answer.stdout)["Dir"]
with open(f"{folder}/pkg/report/v210/sarif/schema.go", encoding="utf-8") as source:
    schema = re.search(r"`\s*(\{.*\})\s*`", source.read(), re.S).group(1)
json.loads(schema)
with open(sys.argv[1], "w", encoding="utf-8") as out:
    out.write(schema)
