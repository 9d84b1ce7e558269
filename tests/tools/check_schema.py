#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_schema.py SCHEMA FILE... - each line of each FILE is a JSON record as SCHEMA (JSON Schema) describes it.

Knows the words that this project's schemas use, with the standard library alone; a word that it does not know is an
error, so that no rule is passed over.  Exit status: 0, or 1 with a line for each fault."""
import json
import re
import sys

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
SILENT = {"$schema", "$id", "$comment", "$defs", "title", "description", "examples", "default"}


def has_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def same(a, b):
    return a == b and isinstance(a, bool) == isinstance(b, bool)


class Checker:
    def __init__(self, root):
        self.root = root

    def resolve(self, ref):
        assert ref.startswith("#/"), "only references within the schema: " + ref
        node = self.root
        for part in ref[2:].split("/"):
            node = node[part]
        return node

    def faults(self, schema, value, at="$"):
        """The faults of a value, as texts."""
        if schema is True:
            return
        if schema is False:
            yield at + ": must not be there"
            return
        for word, rule in schema.items():
            if word in SILENT or word in ("properties", "additionalProperties", "patternProperties"):
                continue
            method = getattr(self, "check_" + word.replace("$", ""), None)
            if not method:
                raise SystemExit("%s: this checker does not know %r" % (at, word))
            yield from method(rule, value, at)
        if isinstance(value, dict):
            yield from self.members(schema, value, at)

    def members(self, schema, value, at):
        named = schema.get("properties", {})
        patterns = schema.get("patternProperties", {})
        others = schema.get("additionalProperties", True)
        for key, member in value.items():
            rules = [named[key]] if key in named else []
            rules += [rule for pattern, rule in patterns.items() if re.search(pattern, key)]
            for rule in rules or [others]:
                yield from self.faults(rule, member, "%s.%s" % (at, key))

    def check_ref(self, ref, value, at):
        yield from self.faults(self.resolve(ref), value, at)

    def check_type(self, names, value, at):
        names = [names] if isinstance(names, str) else names
        if not any(has_type(value, name) for name in names):
            yield "%s: %s is no %s" % (at, json.dumps(value)[:60], " or ".join(names))

    def check_const(self, wanted, value, at):
        if not same(wanted, value):
            yield "%s: %s is not %s" % (at, json.dumps(value)[:60], json.dumps(wanted))

    def check_enum(self, wanted, value, at):
        if not any(same(w, value) for w in wanted):
            yield "%s: %s is none of %s" % (at, json.dumps(value)[:60], json.dumps(wanted))

    def check_pattern(self, pattern, value, at):
        if isinstance(value, str) and not re.search(pattern, value):
            yield "%s: %s does not match %s" % (at, json.dumps(value)[:60], pattern)

    def check_minimum(self, limit, value, at):
        if has_type(value, "number") and value < limit:
            yield "%s: %s is less than %s" % (at, value, limit)

    def check_maximum(self, limit, value, at):
        if has_type(value, "number") and value > limit:
            yield "%s: %s is more than %s" % (at, value, limit)

    def check_minLength(self, limit, value, at):
        if isinstance(value, str) and len(value) < limit:
            yield "%s: shorter than %d" % (at, limit)

    def check_maxLength(self, limit, value, at):
        if isinstance(value, str) and len(value) > limit:
            yield "%s: longer than %d" % (at, limit)

    def check_required(self, keys, value, at):
        if isinstance(value, dict):
            for key in keys:
                if key not in value:
                    yield "%s: lacks %s" % (at, key)

    def check_items(self, rule, value, at):
        if isinstance(value, list):
            for i, item in enumerate(value):
                yield from self.faults(rule, item, "%s[%d]" % (at, i))

    def check_minItems(self, limit, value, at):
        if isinstance(value, list) and len(value) < limit:
            yield "%s: fewer than %d" % (at, limit)

    def check_maxItems(self, limit, value, at):
        if isinstance(value, list) and len(value) > limit:
            yield "%s: more than %d" % (at, limit)

    def check_anyOf(self, rules, value, at):
        if not any(not list(self.faults(rule, value, at)) for rule in rules):
            yield "%s: %s fits none of the forms allowed" % (at, json.dumps(value)[:60])

    def check_oneOf(self, rules, value, at):
        fits = sum(not list(self.faults(rule, value, at)) for rule in rules)
        if fits != 1:
            yield "%s: %s fits %d of the forms allowed, not one" % (at, json.dumps(value)[:60], fits)

    def check_allOf(self, rules, value, at):
        for rule in rules:
            yield from self.faults(rule, value, at)


def no_doubles(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError("a key is there twice")
    return dict(pairs)


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        root = json.load(f)
    checker, bad = Checker(root), 0
    for name in sys.argv[2:]:
        with open(name, "rb") as f:
            for number, line in enumerate(f, 1):
                try:
                    record = json.loads(line.decode("utf-8"), object_pairs_hook=no_doubles)
                    found = list(checker.faults(root, record))
                except ValueError as error:
                    found = [str(error)]
                for fault in found:
                    bad += 1
                    print("%s:%d: %s" % (name, number, fault))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
