# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends mails whose bodies differ, and says afterwards whether each of them is stored once, as it was sent.

smtp_load.py send PORT SESSIONS MAILS RECIPIENT...   MAILS in all, over SESSIONS connections at once
smtp_load.py check FOLDER MAILS RECIPIENT...         FOLDER holds mails/ and json/

A mail's number decides its body, so that the check needs nothing from the sender but the count.  The parsers are
Python's own: nothing is shared with what is tested.
"""
import email
import hashlib
import json
import os
import random
import smtplib
import sys
import threading


def body_of(number):
    """Lines of letters, dots in front and long ones, of a size between none and some pipes full."""
    draw = random.Random(number)
    size = draw.choice((0, 10, 300, 4000, 4000, 4000, 70000))
    lines = [f"mail {number}"]
    while size > 0:
        line = draw.choice(("", ".", "..", "From here", ">From there")) + "x" * draw.randrange(0, 900)
        lines.append(line)
        size -= len(line) + 1
    return "\n".join(lines) + "\n"


def recipient_of(number, recipients):
    return recipients[number % len(recipients)]


def send_some(port, numbers, recipients, errors):
    try:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="sender.example.net", timeout=120) as smtp:
            for number in numbers:
                text = f"From: sender@example.net\nSubject: {number}\n\n{body_of(number)}"
                # Of three mails, two share their From value and so the name that they want.
                sender = f"sender{number % 3 // 2}@example.net"
                smtp.sendmail(sender, [recipient_of(number, recipients)], text)
    except Exception as error:  # whatever it is, the test fails with it
        errors.append(repr(error))


def send(port, sessions, mails, recipients):
    errors = []
    threads = [
        threading.Thread(target=send_some, args=(port, range(i, mails, sessions), recipients, errors))
        for i in range(sessions)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("\n".join(errors))
    return not errors


def check_one(folder, name, seen, recipients):
    with open(os.path.join(folder, "mails", name), "rb") as file:
        mail = file.read()
    with open(os.path.join(folder, "json", name), "rb") as file:
        record = json.load(file)
    content = mail[mail.index(b"\n") + 1:] if mail.startswith(b"From ") else mail
    head, body = content.split(b"\n\n", 1)
    number = int(email.message_from_bytes(head)["Subject"])
    problems = []
    if number in seen:
        problems.append(f"mail {number} is there twice: {seen[number]}")
    seen[number] = name
    # local(8) quotes lines that start with "From " and ends a mail with an empty line, as mbox files want it.
    if body.replace(b"\n>From ", b"\nFrom ").rstrip(b"\n") != \
            body_of(number).encode().replace(b"\n>From ", b"\nFrom ").rstrip(b"\n"):
        problems.append("another body")
    if record["sha256"] != hashlib.sha256(mail).hexdigest():
        problems.append("another digest")
    if record["content_sha256"] != hashlib.sha256(content).hexdigest():
        problems.append("another content digest")
    if record["size"] != len(mail):
        problems.append("another size")
    if record["recipient"] != recipient_of(number, recipients):
        problems.append("another recipient")
    if not record["queue_id"] or f"id {record['queue_id']}".encode() not in head:
        problems.append("another queue id")
    return [f"{name}: {problem}" for problem in problems]


def check(folder, mails, recipients):
    names = sorted(os.listdir(os.path.join(folder, "mails")))
    problems = []
    seen = {}
    if names != sorted(os.listdir(os.path.join(folder, "json"))):
        problems.append("mails and records are not called the same")
    else:
        for name in names:
            problems += check_one(folder, name, seen, recipients)
    missing = [n for n in range(mails) if n not in seen]
    if missing:
        problems.append(f"{len(missing)} mails are missing: {missing[:10]}")
    print("\n".join(problems[:20]))
    return not problems


def main():
    what, *rest = sys.argv[1:]
    if what == "send":
        good = send(int(rest[0]), int(rest[1]), int(rest[2]), rest[3:])
    else:
        good = check(rest[0], int(rest[1]), rest[2:])
    sys.exit(0 if good else 1)


main()
