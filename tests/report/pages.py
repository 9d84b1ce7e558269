#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""pages.py DIR - the pages of a report as a parser that is not ours reads them: no element or attribute but those that
the report has, tags that match, ids that are there once, links that lead to a file and a fragment that exist, headings
in order, tables with heads and captions, one h1, one main.  Prints a line for each fault; exit status 1 if there is one."""
import os
import re
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

VOID = {"meta", "link"}
EMPTY_SVG = {"line", "rect", "circle"}
ATTRIBUTES = {
    "html": {"lang"}, "head": set(), "body": set(), "title": set(), "meta": {"charset", "name", "content", "http-equiv"},
    "link": {"rel", "href"}, "a": {"href", "class", "rel", "aria-current"}, "header": set(), "footer": set(),
    "nav": {"aria-label"}, "main": {"id"}, "h1": set(), "h2": {"id"}, "h3": {"id"}, "p": {"class"}, "ul": set(),
    "ol": {"class"}, "li": {"id", "class"}, "dl": {"class"}, "dt": set(), "dd": {"class"}, "div": {"class"},
    "span": {"class", "aria-hidden"}, "strong": set(), "em": set(), "abbr": {"title"}, "q": {"class"},
    "table": {"class"}, "caption": set(), "thead": set(), "tbody": set(), "tr": {"id"}, "th": {"scope", "class"},
    "td": {"class"}, "time": {"datetime"}, "details": set(), "summary": set(), "pre": set(), "figure": set(),
    "figcaption": set(), "svg": {"class", "viewbox", "role", "aria-label", "aria-labelledby"}, "path": {"class", "d"},
    "desc": {"id"}, "line": {"class", "x1", "y1", "x2", "y2"}, "rect": {"class", "x", "y", "width", "height"},
    "circle": {"class", "cx", "cy", "r"}, "text": {"text-anchor", "x", "y"}}
BAD_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u061c]")
CLASSES = re.compile(r"[a-z -]*$")


class Page(HTMLParser):
    def __init__(self, name, text):
        super().__init__(convert_charrefs=True)
        self.name, self.stack, self.faults, self.ids, self.links = name, [], [], set(), []
        self.level, self.counts, self.policy = 0, {}, None
        self.table = []
        self.feed(text)
        self.close()
        if self.stack:
            self.fault("open at the end: " + " ".join(self.stack))
        for element in ("h1", "main", "title", "header", "footer"):
            if self.counts.get(element) != 1:
                self.fault("not one %s" % element)
        if "default-src 'none'" not in (self.policy or "") or "script-src" in (self.policy or ""):
            self.fault("its policy allows scripts: %s" % self.policy)

    def fault(self, what):
        self.faults.append("%s:%d: %s" % (self.name, self.getpos()[0], what[:200]))

    def handle_starttag(self, tag, attrs):
        allowed = ATTRIBUTES.get(tag)
        if allowed is None:
            self.fault("element " + tag)
            return
        if not (tag == "title" and "svg" in self.stack):
            self.counts[tag] = self.counts.get(tag, 0) + 1
        seen = set()
        for key, value in attrs:
            if key not in allowed or key in seen:
                self.fault("attribute %s of %s" % (key, tag))
            seen.add(key)
            if value is None or BAD_TEXT.search(value):
                self.fault("value of %s of %s: %r" % (key, tag, value))
            if key == "class" and not CLASSES.match(value or ""):
                self.fault("class %r" % value)
            if key == "id":
                if value in self.ids:
                    self.fault("id %s again" % value)
                self.ids.add(value)
            if key == "href":
                self.links.append((self.getpos()[0], value))
        values = dict(attrs)
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag in ("h1", "h2", "h3"):
            if int(tag[1]) > self.level + 1:
                self.fault("%s behind h%d" % (tag, self.level))
            self.level = int(tag[1])
        if tag == "table":
            self.table.append(set())
        elif self.table:
            self.table[-1].add(tag)
        if tag == "th" and "scope" not in values:
            self.fault("th without scope")
        if tag == "svg" and (values.get("role") != "img" or not values.get("aria-label")):
            self.fault("svg without a name")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        if tag not in EMPTY_SVG:
            self.fault("%s closes itself" % tag)
        self.handle_starttag(tag, attrs)
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1] != tag:
            self.fault("</%s> within %s" % (tag, self.stack[-1:]))
            return
        self.stack.pop()
        if tag == "table" and not {"caption", "thead", "th"} <= self.table.pop():
            self.fault("table without caption or heads")

    def handle_data(self, data):
        if BAD_TEXT.search(data):
            self.fault("text %r" % BAD_TEXT.search(data).group())

    def handle_comment(self, data):
        self.fault("comment")

    def handle_pi(self, data):
        self.fault("processing instruction")

    def unknown_decl(self, data):
        self.fault("declaration")


def main(top):
    pages = {}
    for folder, _, names in os.walk(top):
        for name in names:
            path = os.path.join(folder, name)
            if name.endswith(".html"):
                if not re.fullmatch(r"[a-z0-9][a-z0-9.-]*\.html", name):
                    print("%s: its name" % path)
                with open(path, encoding="utf-8", newline="") as f:
                    pages[os.path.normpath(path)] = Page(path, f.read())
    faults = [fault for page in pages.values() for fault in page.faults]
    reached = {os.path.normpath(os.path.join(top, "index.html"))}
    for path, page in pages.items():
        for line, link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("/"):
                faults.append("%s:%d: leads elsewhere: %s" % (path, line, link))
                continue
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(parts.path))) if parts.path else path
            reached.add(target)
            if not os.path.isfile(target) or not target.startswith(os.path.normpath(top)):
                faults.append("%s:%d: leads nowhere: %s" % (path, line, link))
            elif parts.fragment and parts.fragment not in pages[target].ids:
                faults.append("%s:%d: no such fragment: %s" % (path, line, link))
    faults += ["%s: no link leads to it" % path for path in pages if path not in reached]
    print("\n".join(faults[:40]) if faults else "%d pages" % len(pages))
    return bool(faults) or not pages


sys.exit(main(sys.argv[1]))
