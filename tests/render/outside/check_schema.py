"""check_schema.py SCHEMA DOCUMENT: is the document valid?"""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8-sig") as schema, open(sys.argv[2], encoding="utf-8") as document:
    jsonschema.validate(json.load(document), json.load(schema))
