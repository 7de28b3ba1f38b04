"""Reads OpenMetrics text with the Prometheus client's parser and says what it found."""
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

with open(sys.argv[1], encoding="utf-8", newline="") as text:
    families = list(text_string_to_metric_families(text.read()))
for family in families:
    print(family.name, family.type, len(family.samples), "samples")
for sample in families[0].samples:
    if sample.labels["name"] == "main.f":
        print(sample.labels["name"], "before", sample.value)
