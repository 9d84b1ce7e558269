#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""generate.py --seed N --domains N -o DIR [OPTION...] - a made-up population of domains, hosts, addresses and certificates.

The same population is written in each input form of emt-mxinfer:
  DIR/tsv.I        the Python tool's table, in --shards files; the rows of a domain are in one file, not next to each other
  DIR/zdns.I       zdns MXLOOKUP, likewise
  DIR/zgrab        zgrab2 smtp, one record an address
  DIR/ip2asn       address ranges (or DIR/pfx2as with --several-as: prefixes, some of several AS)
  DIR/scan.I       mx-scan/1: the domains; DIR/addresses: the addresses
--dirty adds bad rows of every kind to the TSV, and rows that contradict others.  --plain keeps to what the Python tool
reads without falling over: names in lower case, one AS an address, banner and EHLO answer at each.  --variants gives some
addresses of mx-scan/1 a second scan."""
import argparse
import base64
import csv
import io
import json
import os
import random

TAB = "\t"
AS_NUMBERS = [15169, 8075, 16276, 26496, 8560, 7684, 16417, 30215, 30238, 22843, 26211, 13916, 15830, 46606, 22612, 16509,
              6724, 200000, 64496, 64497, 4200000001, 3356]
OWN_AS = {"google.com": 15169, "ovh.net": 16276, "ovh.ca": 16276, "secureserver.net": 26496, "sakura.ne.jp": 7684,
          "webhostbox.net": 46606, "hosteurope.de": 20773, "stratoserver.net": 6724, "web-hosting.com": 22612,
          "ukraine.com.ua": 200000, "default-host.net": 200525, "sgded.com": 36351, "arubabiz.net": 31034,
          "beget.tech": 198610}
AS_NUMBERS += sorted(set(OWN_AS.values()) - set(AS_NUMBERS))
KNOWN = ["google.com", "outlook.com", "ovh.net", "ovh.ca", "secureserver.net", "iphmx.com", "pphosted.com", "sakura.ne.jp",
         "webhostbox.net", "hosteurope.de", "stratoserver.net", "web-hosting.com", "ukraine.com.ua", "default-host.net",
         "sgded.com", "siteground.eu", "siteground.co.uk", "sitegroundfoo.com", "arubabiz.net", "beget.tech", "mail.ru",
         "180r.com", "mail.com", "hotmail.com", "siteground.com", "eigbox.net", "qq.com", "rzone.de"]
PROVIDER_HOSTS = """mx.google.com aspmx.l.google.com alt1.aspmx.l.google.com google.com x.mx.google.com
    s%d-%d-5-6.secureserver.net s%d-%d-5.secureserver.net ip-%d-%d.ip.secureserver.net a%db%d.secureserver.net
    p3plcpnl%d.prod.phx%d.secureserver.net p3plibsmtp%d-%d.prod.phx3.secureserver.net smtp.secureserver.net
    dedsmtp%d-%d.secureserver.net mailstore1.europe.secureserver.net plsmtpa%d.prod.phx%d.secureserver.net
    vps%d%d.ovh.net ns%d%d.ovh.net ns0.ovh.net ns%dns0.x%d.ovh.net ssl0.ovh.net mx%d.mail%d.ovh.net parking.ovh.net
    h%d.reseller.ovh.net r%d.reseller.ovh.net redirect.ovh.net ovh.net vps%d.ovh.ca mail%d.ovh.ca x.mail.ovh.ca
    %d-%d-5-6.webhostbox.net 300-%d-%d-6.webhostbox.net 1-2-%d-%d-6.webhostbox.net vps%d.webhostbox.net
    md-%d.webhostbox.net ppwb%d.webhostbox.net x%d.webhostbox.net webhostbox.net
    lvps%d-%d-5-6.dedicated.hosteurope.de mx%d.hosteurope.de ds%d.hosteurope.de a%d.rs.hosteurope.de rs.hosteurope.de
    wp%d.webpack.hosteurope.de mimc%d.hosteurope.de vs%d.hosteurope.de pvcl%d.hosteurope.de kundenadmin.hosteurope.de
    x%d.hosteurope.de server%d.web-hosting.com premium%d-%d.web-hosting.com r%d.web-hosting.com www%d.sakura.ne.jp
    serv%d.sgded.com m%d.sgded.com x%d.sgded.com h%d.stratoserver.net b%d.stratoserver.net relay%d.ukraine.com.ua
    z%d.ukraine.com.ua d%d.default-host.net web%d.default-host.net zmx%d.default-host.net smtp%d.arubabiz.net
    q%d.beget.tech mx%d.iphmx.com esa%d.hc%d.iphmx.com mx0a-%d.pphosted.com mail%d.siteground.eu c%d.sitegroundfoo.com
    a%d.siteground.co.uk mxs.mail.ru mx%d.180r.com mx0%d.mail.com bosimpinc%d.eigbox.net mx%d.qq.com
    vps%d.notovh.net notgoogle.com mx.notgoogle.com secureserver.net.example.com s1-2-3-4.secureserver.net.example.org
    mx.hosting.ovh.net x%d.mx.hosting.ovh.net""".split()
SUFFIXES = """com com com net org de co.uk com.au fr nl github.io blogspot.com uk.com eu.org co.jp city.kawasaki.jp
    tokyo.jp kobe.jp ck xn--p1ai""".split()
WORDS = """alpha bravo castle delta ember falcon garnet harbor indigo juniper kestrel lumen maple nimbus opal pine quartz
    raven summit tundra umber velvet willow xenon yarrow zephyr""".split()
U_WORDS = ["b\u00fccher", "m\u00e4dchen", "caf\u00e9", "\u00e5ngstr\u00f6m", "\u043f\u043e\u0447\u0442\u0430"]
NO_DOMAIN = ["localhost", "mail.local", "mx.invalid", "192.0.2.7", "co.uk", "github.io", "mx.example.internal", "com",
             "hidden", "1.2.3.4"]
MX_LABELS = ["mx", "mx1", "mx2", "mail", "smtp", "in", "mx10", "aspmx", "a-b", "mx_1"]
KEY = bytes.fromhex(
    "3059301306072a8648ce3d020106082a8648ce3d030107034200041ee5a6cdaa98016b6b63d0264dd02de9ae4144803d9aa9f0c147d6a6e7b5"
    "a4b39a8d576e25e0fd9f2321a1cab371d73f7e91e7628b98632a5ef0b91f0f315582")
ECDSA = bytes.fromhex("300a06082a8648ce3d040302")


def der(tag, *parts):
    content = b"".join(parts)
    n = len(content)
    size = bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + size + content


def make_certificate(common_name, names):
    """A certificate that is well-formed; nobody signed it."""
    name = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0c, common_name.encode()))))
    dates = der(0x30, der(0x17, b"250101000000Z"), der(0x17, b"350101000000Z"))
    extensions = b""
    if names:
        san = der(0x30, *(der(0x82, n.encode()) for n in names))
        extensions = der(0xa3, der(0x30, der(0x30, bytes.fromhex("0603551d11"), der(0x04, san))))
    body = der(0x30, bytes.fromhex("a003020102020101"), ECDSA, name, dates, name, KEY, extensions)
    return der(0x30, body, ECDSA, bytes.fromhex("0309003006020101020101"))


def pem(octets):
    text = base64.b64encode(octets).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(lines)


class Address:
    """text, as_numbers, banner, ehlo, certificate (see World.certificate), None where nothing was seen; variant: the name
    of another scan of it, and what was seen then."""
    variant = None


class World:
    def __init__(self, options):
        self.o = options
        self.r = random.Random(options.seed)
        self.domains_n = options.domains
        few = max(4, options.domains // 12)
        self.registered = [self.new_domain(i) for i in range(few * 2)] + KNOWN
        self.make_blocks()
        self.certificates = [self.certificate(i) for i in range(max(3, options.domains // 3))]
        self.addresses = [self.address(i) for i in range(max(5, options.domains * 4 // 5))]
        if options.variants:
            for i in range(0, len(self.addresses), 5):
                self.addresses[i].variant = self.r.choice(["1", "mx.alpha.com"]), self.r.choice(self.addresses)
        self.hosts = self.mx_hosts(max(4, options.domains * 3 // 4))
        self.domains = [self.domain(i) for i in range(options.domains)]

    # names
    def new_domain(self, i):
        r = self.r
        if r.random() < 0.04 and not self.o.plain:
            return "%s%d.%s" % (r.choice(U_WORDS), i % 5, r.choice(["de", "com", "xn--p1ai"]))
        return "%s%d.%s" % (r.choice(WORDS), r.randrange(1 + i), r.choice(SUFFIXES))

    def skewed(self, things):
        """Some are much more liked than others."""
        return things[int(len(things) * self.r.random() ** self.r.choice((1, 1, 1, 4)))]

    def host(self):
        r = self.r
        x = r.random()
        if x < 0.25:
            template = r.choice(PROVIDER_HOSTS)
            return template % tuple(r.randrange(1, 9) for _ in range(template.count("%d")))
        if x < 0.33 and not self.o.plain:
            return r.choice(NO_DOMAIN)
        if x < 0.40:
            return self.skewed(self.registered)
        return "%s.%s" % (r.choice(MX_LABELS), self.skewed(self.registered))

    def vary(self, name):
        """Another way to write the same name."""
        r = self.r
        x = 1 if self.o.plain else r.random()
        if x < 0.05:
            name = "".join(c.upper() if c.isascii() and r.random() < 0.5 else c for c in name)
        elif x < 0.08:
            name = name.encode("idna").decode() if not name.isascii() else name.upper()
        return name + "." if x < 0.03 or 0.10 < x < 0.14 else name

    # addresses
    def make_blocks(self):
        """Networks and whose they are: (IPv4 /24, IPv6 /48, [AS])."""
        r = self.r
        self.blocks = []
        for i in range(60):
            numbers = [] if i % 9 == 8 else [AS_NUMBERS[i % len(AS_NUMBERS)]]
            if self.o.several_as and i % 4 == 3:
                numbers = r.sample(AS_NUMBERS, 2)
            self.blocks.append(("10.%d.%d" % (i, r.randrange(256)), "2001:db8:%x" % (i + 1), numbers))

    def block_for(self, host):
        """Often a network of the company whose server it is, or one that nobody knows."""
        own = OWN_AS.get(".".join(host.split(".")[-2:]))
        x = self.r.random()
        if x < 0.6 and own:
            return self.r.choice([b for b in self.blocks if own in b[2] or not b[2]])
        return self.r.choice(self.blocks)

    def address(self, i):
        r = self.r
        a = Address()
        host = self.host()
        a.banner = a.ehlo = a.certificate = None
        v4, v6, a.as_numbers = self.block_for(host)
        if i % 5 == 4 and not self.o.plain:
            a.text = "%s::%x" % (v6, i + 1)
        else:
            base = v4.split(".")
            a.text = "%s.%s.%d.%d" % (base[0], base[1], i // 254 % 256, i % 254 + 1)
            if i >= 254 * 256:
                a.text = "%d.%s.%d.%d" % (10 + i // (254 * 256), base[1], i // 254 % 256, i % 254 + 1)
        x = r.random()
        if x < 0.10:
            return a
        a.banner = self.greeting("220", host)
        a.ehlo = self.greeting("250", host if r.random() < 0.85 else self.host())
        if not self.o.plain:
            if x < 0.14:
                a.banner = None
            elif x < 0.20:
                a.ehlo = None
            elif x < 0.22:
                a.banner = a.ehlo = None
        if r.random() < 0.03:
            a.banner = ""
            a.ehlo = r.choice([a.ehlo, ""])
        if r.random() < 0.65 or a.banner is a.ehlo is None:
            a.certificate = self.skewed(self.certificates)
            if r.random() < 0.2:
                a.certificate = self.finish([host])
        return a

    def greeting(self, code, host):
        r = self.r
        x = r.random()
        if x < 0.55:
            sep = "-" if code == "250" else " "
            tail = r.choice([" ESMTP Postfix", "", " ESMTP ready at Mon", " Hello [192.0.2.1]\r\n250-SIZE 1000\r\n250 HELP"])
            return "%s%s%s%s" % (code, sep, host.upper() if r.random() < 0.05 else host, tail)
        text = r.choice((
            "%s-{h} ESMTP\r\n%s ready", "554 {h} no", "421-{h} busy", "421 {h}", "%s ESMTP {h}", "%s Welcome to {h}.",
            "%s  {h}", "%s\t{h} ESMTP", "%s-{h}", "%s-\t{h} x", "%s", "%s ", "%s-", "\r\n\r\n%s {h} x", " .,:;!\n%s {h}",
            "%s {h}:", "%s {h}. ESMTP", "%s ,{h}; ESMTP", "{h} ESMTP", "ESMTP {h}", "{h}", "{h}.", "  %s {h} x  ",
            "%s bosimpinc7.{h} x", "%s mail.zen.spamhaus.org ESMTP", "550 5.7.1 see zen.spamhaus.org {h}",
            "%s mx.eecs.umich.edu ESMTP", "%s localhost ESMTP {h}", "%s [192.0.2.9] ESMTP", "%s 192.0.2.9", "%s mail.local {h}",
            "%s ************", "%s {h} \u00e9\u00ff\u4e2d", "%s \u00e9t\u00e9 {h}", "%s0 {h}", "22 {h}", "%s {h} ESMTP .",
            "%s {h},", "%s mx.example.internal\n%s {h}", "ok\n%s {h}", "%s <{h}>", "%s {h}\x00", "%s www.abuseat.org.{h}",
            "%s trustedsource.org", "%s x.trustedsource.org {h}", "%s a..{h}", "%s -{h}-", "%s {h}/x", "%s :{h}",
            "%s {h}:25", "%s-\n%s {h}", "%s 'it''s' \"{h}\"", "554 5.7.1 \\{h}\\ {h}", "%s {h}\r", "%s {h}\v{h}"))
        return text.replace("%s", code).replace("{h}", host)

    def certificate(self, i):
        """A dict: names as they stand in it, trusted, raw (octets), bare (the scan did not list the names)."""
        r = self.r
        kind = r.random()
        names = []
        first = r.randrange(max(1, len(self.registered) - 7)) // 8 * 8
        near = self.registered[first:first + 8]  # few certificates tie the population together
        if kind < 0.25:
            base = r.choice(self.registered)
            names = [base, "*." + base, "mx." + base][:r.randrange(1, 4)]
        elif kind < 0.40:
            names = [self.host()]
        elif kind < 0.43:
            names = [self.host() for _ in range(r.randrange(2, 4))]
        elif kind < 0.60:
            names = near[r.randrange(len(near)):][:2]  # chains: each shares a name with the next
        elif kind < 0.64:
            names = [r.choice(MX_LABELS) + "." + r.choice(near) for _ in range(r.randrange(5, 51))]
        elif kind < 0.97:
            names = ["%s.%s" % (r.choice(MX_LABELS + ["*"]), r.choice(self.registered))]
        if self.o.plain:
            names = names or ["mx.plain%d.com" % i]
        else:
            names = [self.vary(n) if r.random() < 0.3 else n for n in names]
            if r.random() < 0.05:
                names += ["localhost", "mail.local", "192.0.2.7", "*"]
            if r.random() < 0.05:
                names += names[:2]
            if r.random() < 0.3:
                r.shuffle(names)
        return self.finish(names)

    def finish(self, names):
        r = self.r
        trusted = r.random() < 0.75
        wire = [n.encode("idna").decode() if not n.isascii() else n for n in names]
        cn = wire[0] if wire else "none"
        return {"names": names, "trusted": trusted, "raw": make_certificate(cn, wire),
                "bare": r.random() < 0.15 and not self.o.plain and all(n.isascii() for n in names)}

    # domains
    def mx_hosts(self, n):
        """(name, [addresses]); hosts share addresses."""
        r = self.r
        found = {}
        for _ in range(n):
            name = self.host()
            if name not in found:
                found[name] = [self.addresses[int(len(self.addresses) * r.random() ** 1.5)]
                               for _ in range(r.choice([0, 1, 1, 1, 1, 2, 2, 3, 4]))]
        return [(name, list({a.text: a for a in addresses}.values())) for name, addresses in found.items()]

    def domain(self, i):
        """(name, state, [(host, preference)])."""
        r = self.r
        x = r.random()
        if x < 0.02:
            name = "mx%d.%s" % (i, r.choice(["hosting.ovh.net", "mail.local", "co.uk"]))
        elif x < 0.30:
            name = "d%d.%s" % (i, r.choice(self.registered))
        else:
            name = "%s-%d.%s" % (r.choice(WORDS), i, r.choice(SUFFIXES))
        if r.random() < 0.04:
            name = r.choice(self.registered)  # the provider's own
        state = "mx" if x > 0.12 else r.choice(["null", "none", "unknown", "mx", "mx"])
        if state != "mx":
            return name, state, []
        wanted = r.choice([1, 1, 1, 2, 2, 3, 4])
        chosen = {}
        for _ in range(wanted):
            host = self.skewed(self.hosts)
            chosen.setdefault((host[0], r.choice([0, 5, 10, 10, 10, 20, 65535])), host)
        return name, state, [(host, preference) for (_, preference), host in chosen.items()]


# ---- forms -----------------------------------------------------------------------------------------------------------

def scan_dict(address, r, plain=True):
    starttls = {}
    if address.banner is not None:
        starttls["banner"] = address.banner
    if address.ehlo is not None:
        starttls["ehlo"] = address.ehlo
    c = address.certificate
    smtp = {"starttls": starttls}
    if c is not None:
        parsed = {} if c["bare"] else {"parsed": {"names": c["names"]}}
        starttls["tls"] = {"certificate": dict({"raw": pem(c["raw"])}, **parsed),
                           "validation": {"browser_trusted": c["trusted"]}}
        smtp["x509_msg"] = "ok"
        if not plain and r.random() < 0.1 and not c["trusted"]:
            del starttls["tls"]["validation"]
    if not plain and r.random() < 0.3:
        smtp["port_scan_msg"] = {"nested": [1, 2.5, None, True, (), ("a", -3)]}
    return {"smtp": smtp}


def scan_texts(address, r, plain):
    """How the column may look for an address."""
    if address.banner is None and address.ehlo is None and address.certificate is None:
        return ["", ""]
    scan = scan_dict(address, r, plain)
    texts = [repr(scan)]
    if not plain:
        texts.append(json.dumps(scan, ensure_ascii=r.random() < 0.5))
    return texts


def as_text(address, r, plain):
    if not address.as_numbers:
        return ""
    if len(address.as_numbers) > 1:
        return "{%s}" % ",".join(map(str, address.as_numbers))
    return ("AS%d" if r.random() < 0.02 and not plain else "%d") % address.as_numbers[0]


def tsv_rows(world, domains):
    r, plain = world.r, world.o.plain
    texts = {}
    rows = []
    for name, state, hosts in domains:
        if state == "null":
            rows.append([world.vary(name), ".", "0", "", "", ""])
        elif state != "mx":
            rows.append([world.vary(name), "", "", "", "", ""])
        for (host, addresses), preference in hosts:
            for a in addresses:
                if a.text not in texts:
                    texts[a.text] = scan_texts(a, r, plain)
                row = [world.vary(name), world.vary(host), str(preference), a.text, as_text(a, r, plain),
                       r.choice(texts[a.text])]
                rows.append(row if r.random() < 0.5 or plain else row + [r.choice(["", "no_debug_message", "it's \"so\""])])
            if not addresses:
                rows.append([world.vary(name), world.vary(host), str(preference), "", "", ""])
    return rows


def dirty_rows(world, rows):
    """Bad rows of every kind, and some that contradict others."""
    r = world.r
    extra = []
    for i in range(len(rows) // 10):
        row = list(r.choice(rows))[:6]
        x = r.randrange(18)
        scan = row[5] or repr({"smtp": {"starttls": {"banner": "220 mx.google.com"}}})
        good = ["dirty%d.com" % i if r.random() < 0.5 else row[0], row[1] or "mx.alpha.com", row[2] or "10",
                row[3] or "192.0.2.1", row[4], scan]
        extra.append({
            0: good[:2] + [""] + good[3:], 1: good[:2] + ["ten"] + good[3:], 2: good[:5], 3: good + ["a", "b"],
            4: good[:1] + ["mx\0.alpha.com"] + good[2:], 5: good[:5] + [scan[:r.randrange(len(scan))].replace('"', "'")],
            6: good[:3] + ["not-an-address"] + good[4:], 7: good[:4] + ["AS8075"] + good[5:],
            8: good[:4] + ["{15169,8075}"] + good[5:], 9: [""] + good[1:], 10: ["192.0.2.99"] + good[1:],
            11: good[:2] + ["-5"] + good[3:], 12: good[:2] + ["70000"] + good[3:],
            13: good[:5] + [repr({"smtp": {"starttls": {"banner": "220 mx%d.zephyr.com x" % i}}})],
            14: good[:5] + [repr({"smtp": {"starttls": {"tls": {"certificate": {
                "raw": r.choice(["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]),
                "parsed": {}}, "validation": {"browser_trusted": True}}, "banner": "220 x"}}})],
            15: good[:5] + [r.choice(["None", "{}", "[]", "{'smtp': None}", "{'smtp': {'starttls': {'banner': 5}}}", "1", "'x'",
                                      "{'smtp': {'starttls': {'banner': None, 'ehlo': '250 mx.opal.com'}}}", "__import__('os')"])],
            16: good[:4] + [r.choice(["\\N", "set()", "8075.0", "nan"]), good[5]],
            17: good[:1] + r.choice([["\\N"] * 5, ["", "0", "", "", ""], good[1:3] + ["\\N"] * 3]),
        }[x])
    return rows + extra


def lines_of(rows, end, quoting):
    """Each row as it is written."""
    texts = []
    for row in rows:
        out = io.StringIO()
        csv.writer(out, delimiter=TAB, lineterminator=end, quoting=quoting).writerow(row)
        texts.append(out.getvalue())
    return texts


def cut_rows(world, rows, end):
    """Rows that were cut, also within quotes; rows with quotes where nobody expects them; rows of several lines."""
    r = world.r
    texts = []
    for i, row in enumerate(r.choices(rows, k=1 + len(rows) // 8)):
        name = "cut%d.com" % i if r.random() < 0.7 else row[0]
        scan = {"smtp": {"starttls": {"banner": "220 mx.%s.com it's \"so\"" % r.choice(WORDS)}}}
        row = [name, row[1] or "mx.alpha.com", row[2] or "10", row[3] or "192.0.2.1", row[4], repr(scan)]
        x = r.randrange(8)
        if x < 3:
            text = lines_of([row + ['a "message"'] * r.randrange(2)], end, r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))[0]
            texts.append(text[:r.randrange(len(text))] + end)
        elif x == 3:  # quotes in fields that are not quoted
            row[r.randrange(1, 6)] += r.choice(['"', ' "x"', '""'])
            texts.append(TAB.join(row) + r.choice(["", TAB, TAB + '"', TAB + 'x "so"', TAB + '""']) + end)
        elif x == 4:
            texts += lines_of([row + [r.choice(["two\nlines", "\n", "\"three\"\n\nlines", "\t\t\t\t\t\t\n\t\t\t\t\tx"])]], end, csv.QUOTE_MINIMAL)
        elif x == 5:
            row[5] = json.dumps(scan, indent=r.choice([0, 1, "\t", "\t\t\t"]))
            texts += lines_of([row], end, csv.QUOTE_MINIMAL)
        elif x == 6:  # several lines, and something else is wrong
            row[r.randrange(6)] += r.choice(["\n", "?", "\n" + TAB.join(row), "\0"])
            texts += lines_of([row + ["two\nlines"] * r.randrange(3)], end, csv.QUOTE_MINIMAL)
        else:
            texts.append(r.choice(['"', '""', '"""', TAB + '"', '"' + TAB, 'a"' + TAB + '"x', TAB * 5 + '"']) + end)
    return texts


def write_tsv(world, domains, file):
    rows = tsv_rows(world, domains)
    r = world.r
    if world.o.dirty:
        rows = dirty_rows(world, rows)
    if not world.o.plain:
        r.shuffle(rows)
    end = "\r\n" if r.random() < 0.5 else "\n"
    texts = lines_of(rows, end, csv.QUOTE_ALL if r.random() < 0.2 else csv.QUOTE_MINIMAL)
    if world.o.dirty and rows:
        texts += cut_rows(world, rows, end)
        r.shuffle(texts)
    header = "domain_name mx mx_pref ip_of_mx asn_of_ip dict_scanning_data ip_scan_debug_message".split()
    with open(file, "w", encoding="utf-8", newline="") as f:
        f.writelines(lines_of([header], end, csv.QUOTE_MINIMAL) + texts)


def write_lines(file, lines):
    with open(file, "w", encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)


def zdns_line(world, domain):
    name, state, hosts = domain
    r = world.r
    if state == "unknown":
        return json.dumps({"name": name, "results": {"MXLOOKUP": {"data": {}, "status": r.choice(["SERVFAIL", "TIMEOUT"])}}})
    exchanges = []
    for (host, addresses), preference in hosts:
        v4 = [a.text for a in addresses if "." in a.text]
        v6 = [a.text for a in addresses if ":" in a.text]
        exchange = {"class": "IN", "name": world.vary(host), "preference": preference, "ttl": 300, "type": "MX"}
        exchange.update({k: v for k, v in (("ipv4_addresses", v4), ("ipv6_addresses", v6)) if v or r.random() < 0.5})
        exchanges.append(exchange)
    if state == "null":
        exchanges = [{"name": r.choice(["", "."]), "preference": 0}]
    data = {"exchanges": exchanges if state != "none" or r.random() < 0.5 else None}
    if r.random() < 0.3:
        return json.dumps({"name": world.vary(name), "data": data, "status": "NOERROR", "timestamp": "2021-06-01T00:00:00Z"})
    return json.dumps({"name": world.vary(name), "class": "IN", "results": {"MXLOOKUP": {"data": data, "status": "NOERROR"}}},
                      ensure_ascii=r.random() < 0.5)


def zgrab_line(address, r):
    c = address.certificate
    result = {k: v for k, v in (("banner", address.banner), ("ehlo", address.ehlo)) if v is not None}
    if c is not None:
        certificate = {"raw": base64.b64encode(c["raw"]).decode()}
        if not c["bare"]:
            certificate["parsed"] = {"names": c["names"], "version": 3, "subject": {"common_name": ["x"]}}
        result["starttls"] = "220 go ahead"
        validation = {"browser_trusted": c["trusted"]}
        if not c["trusted"]:
            validation["browser_error"] = "x509: certificate signed by unknown authority"
        result["tls"] = {"handshake_log": {"server_hello": {"version": {"name": "TLSv1.2"}},
                                           "server_certificates": {"certificate": certificate, "validation": validation}}}
    name = r.choice(["smtp", "smtp25", "starttls"])
    scan = {"status": "success", "protocol": "smtp", "result": result, "timestamp": "2021-06-01T00:00:00Z"}
    if not result:
        scan = {"status": "connection-timeout", "protocol": "smtp", "error": "dial tcp: i/o timeout"}
    data = {name: scan}
    if r.random() < 0.1:
        data["http"] = {"status": "success", "protocol": "http", "result": {"banner": "220 mx.google.com ESMTP"}}
    return json.dumps({"ip": address.text, "data": data}, ensure_ascii=r.random() < 0.5)


def canonical(name):
    return name.encode("idna").decode().lower().rstrip(".") or "."


def scan_domain(world, domain):
    """The mx-scan/1 record of a domain."""
    name, state, hosts = domain
    r = world.r
    record = {"schema": "mx-scan/1", "tool": "emt-mxscan 0", "kind": "domain", "domain": canonical(name), "outcome": "ok"}
    if state == "unknown":
        record["outcome"] = r.choice(["servfail", "timeout", "refused"])
    if state == "none":
        record["outcome"] = r.choice(["ok", "nodata", "nxdomain"])
    record["mx"] = [{"name": ".", "preference": 0}] if state == "null" else []
    for (host, addresses), preference in hosts:
        texts = []
        for a in addresses:
            x = r.random()
            texts += [a.text] if not a.variant or x < 0.6 else ["%s#%s" % (a.text, a.variant[0])]
            if a.variant and x > 0.9:
                texts.append(a.text)
        record["mx"].append({"name": canonical(host), "preference": preference, "a": "ok", "addresses": texts})
    return reorder(r, record)


def reorder(r, record):
    if r.random() < 0.2:
        keys = list(record)
        r.shuffle(keys)
        record = {key: record[key] for key in keys}
    return json.dumps(record, ensure_ascii=r.random() < 0.5, separators=(",", ":") if r.random() < 0.7 else None)


def scan_address(world, address, facts, variant=None):
    r = world.r
    record = {"schema": "mx-scan/1", "tool": "emt-mxscan 0", "kind": "address", "address": address.text}
    if variant:
        record["variant"] = variant
    record.update({"time": 1622505600.5, "ms": 12, "outcome": "ok" if facts.ehlo else "no-answer"})
    if address.as_numbers:
        record["as"] = address.as_numbers
    for key in ("banner", "ehlo"):
        text = getattr(facts, key)
        if text is not None:
            record[key] = text
            if "\u00e9" in text:  # as a server that knows nothing of UTF-8 sends it
                record[key] = "".join(c if c.isascii() else "\ufffd" for c in text)
                record[key + "_b64"] = base64.b64encode(text.encode("latin-1", "replace")).decode()
    c = facts.certificate
    if c is not None:
        record.update({"starttls": "ok", "tls": {"version": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384"},
                       "trusted": c["trusted"], "verify": "ok" if c["trusted"] else "self-signed",
                       "certificate": {"names": c["names"], "not_before": 0, "not_after": 1}})
        if r.random() < 0.3:
            record["certificate"]["raw"] = base64.b64encode(c["raw"]).decode()
    return reorder(r, record)


def scan_addresses(world):
    lines = []
    for a in world.addresses:
        lines.append(scan_address(world, a, a))
        if a.variant:
            lines.append(scan_address(world, a, a.variant[1], a.variant[0]))
    world.r.shuffle(lines)
    return lines


def table_lines(world):
    lines = []
    for i, (v4, v6, numbers) in enumerate(world.blocks):
        second = v4.split(".")[1]
        for first in range(10, 10 + 1 + len(world.addresses) // (254 * 256)):
            if world.o.several_as:
                if numbers:
                    lines.append("%d.%s.0.0\t16\t%s" % (first, second, "_,"[i % 2].join(map(str, numbers))))
            else:
                lines.append("%d.%s.0.0\t%d.%s.255.255\t%d\tZZ\tNET-%d" % (
                    first, second, first, second, numbers[0] if numbers else 0, i))
        if world.o.several_as:
            lines += ["%s::\t48\t%s" % (v6, "_".join(map(str, numbers)))] if numbers else []
        else:
            lines.append("%s::\t%s:ffff:ffff:ffff:ffff:ffff\t%d\tZZ\tNET-%d" % (v6, v6, numbers[0] if numbers else 0, i))
    world.r.shuffle(lines)
    return lines


def main(arguments=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--forms", default="tsv,zdns")
    for name in ("dirty", "plain", "several-as", "variants"):
        parser.add_argument("--" + name, action="store_true")
    parser.add_argument("-o", dest="dir", required=True)
    options = parser.parse_args(arguments)
    world = World(options)
    os.makedirs(options.dir, exist_ok=True)
    shards = [[] for _ in range(options.shards)]
    where = {}
    for domain in world.domains:  # a name that was drawn twice goes to one shard
        shards[where.setdefault(domain[0], world.r.randrange(options.shards))].append(domain)
    forms = options.forms.split(",")
    for i, domains in enumerate(shards):
        if "tsv" in forms:
            write_tsv(world, domains, os.path.join(options.dir, "tsv.%d" % i))
        if "zdns" in forms:
            write_lines(os.path.join(options.dir, "zdns.%d" % i), [zdns_line(world, d) for d in domains])
        if "scan" in forms:
            write_lines(os.path.join(options.dir, "scan.%d" % i), [scan_domain(world, d) for d in domains])
    if "scan" in forms:
        write_lines(os.path.join(options.dir, "addresses"), scan_addresses(world))
    if "zdns" in forms:
        write_lines(os.path.join(options.dir, "zgrab"), [zgrab_line(a, world.r) for a in world.addresses])
        write_lines(os.path.join(options.dir, "pfx2as" if options.several_as else "ip2asn"), table_lines(world))


if __name__ == "__main__":
    main()
