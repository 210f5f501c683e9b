"""Says of each body whether the schema of its name allows it: judge_bodies.py <document> <cases>

Cases are [schema, body] pairs; the answer is a list of booleans in their order.
"""

import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1], encoding="utf-8") as file:
    components = json.load(file)["components"]
with open(sys.argv[2], encoding="utf-8") as file:
    cases = json.load(file)


def allows(name, body):
    schema = {"$ref": "#/components/schemas/" + name, "components": components}
    return Draft202012Validator(schema).is_valid(body)


print(json.dumps([allows(name, body) for name, body in cases]))
