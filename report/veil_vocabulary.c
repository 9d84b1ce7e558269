/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "report/veil_parts.h"

/* What replies and diagnostics say of mail, TLS and the DNS, sorted without case.  No given names
 * (so no "will", "may", "mark"), no numbers, nothing of hosts.  The list is the same for all sets:
 * a word left out for one person would tell of that person. */
/* clang-format off */
static const char *const words[] = {
	"7BIT", "8BITMIME", "a", "AAAA", "abort", "aborted", "abuse", "abuse-report", "accept",
	"accepted", "accepting", "accepts", "access", "access_denied", "account", "accounts",
	"action", "active", "address", "address-literal", "addresses", "administrative",
	"administrator", "after", "again", "against", "age", "alert", "alias", "aliases",
	"alignment", "all", "allow", "allowed", "allows", "already", "also", "an", "and",
	"another", "answer", "answered", "answers", "anti-spam", "anti-virus", "any", "appears",
	"are", "arrive", "arrived", "as", "ASCII", "at", "attachment", "attachments", "attempt",
	"attempts", "auth", "authenticate", "authenticated", "authentication", "authorisation",
	"authority", "authorization", "authorized", "automated", "available", "awaiting", "away",
	"back", "backend", "backoff", "backscatter", "bad", "bad_certificate", "banned", "BDAT",
	"be", "because", "been", "before", "behaviour", "being", "below", "between", "black",
	"blacklist", "blacklisted", "block", "blocked", "blocking", "blocklist", "blocklisted",
	"blocks", "body", "bogus", "bogus-MX", "bounce", "bounced", "bounces", "broken", "buffer",
	"bulk", "busy", "but", "by", "bye", "ca", "CAA", "came", "can", "cancelled", "cannot",
	"capacity", "case", "certificate", "certificate_expired", "certificate_unknown",
	"certificates", "chain", "change", "changed", "character", "characters", "check",
	"checked", "checking", "checks", "chunked", "CHUNKING", "cipher", "ciphers", "class",
	"clear", "client", "clients", "close", "closed", "closes", "closing", "CNAME", "code",
	"codes", "come", "comes", "command", "commands", "complete", "completed", "completely",
	"condition", "conditions", "configuration", "configured", "conflict", "congested",
	"congestion", "connect", "connected", "connecting", "connection", "connections",
	"considered", "contact", "contacting", "contain", "contained", "contains", "content",
	"contents", "control", "conversation", "copy", "correct", "correctly", "could",
	"could-not", "count", "cryptographic", "current", "currently", "customer", "daemon",
	"daily", "damaged", "DANE", "data", "database", "date", "day", "days", "deactivated",
	"deadline", "decrypt_error", "defer", "deferred", "deferring", "delay", "delayed",
	"delete", "deleted", "deliver", "deliverable", "delivered", "delivering", "delivery",
	"denied", "deny", "denying", "destination", "destinations", "detect", "detected",
	"dialogue", "dialup", "did", "different", "directory", "disabled", "disallowed",
	"discarded", "disconnect", "disconnected", "disk", "dispatch", "DKIM", "DMARC", "DNS",
	"DNSBL", "DNSKEY", "DNSSEC", "do", "does", "domain", "domains", "down", "dropped", "DS",
	"DSN", "due", "duplicate", "during", "dynamic", "e-mail", "each", "EHLO", "else", "email",
	"empty", "enabled", "encoded", "encoding", "encrypt", "encrypted", "encryption", "end",
	"ended", "enhanced", "enough", "entry", "envelope", "EOF", "error", "errors", "ESMTP",
	"established", "exceed", "exceeded", "exceeds", "excessive", "exist", "existing",
	"exists", "expansion", "expected", "expired", "expires", "explicit", "extension",
	"extensions", "external", "fail", "failed", "failing", "fails", "failure", "failures",
	"fatal", "feature", "file", "files", "filter", "filtered", "filtering", "filters",
	"final", "first", "following", "for", "forbidden", "format", "forward", "forwarded",
	"forwarding", "forwards", "found", "frequency", "frequently", "from", "full", "fully",
	"fully-qualified", "further", "gateway", "general", "generated", "generic", "get",
	"given", "good", "goodbye", "graylisted", "greeting", "greylist", "greylisted",
	"greylisting", "group", "had", "handle", "handled", "handshake", "handshake_failure",
	"hang-up", "has", "have", "header", "headers", "hello", "HELO", "high", "HINFO",
	"history", "hop", "hops", "host", "hostname", "hosts", "hour", "hours", "how", "however",
	"HTTP", "HTTPS", "hung", "identified", "identity", "if", "ignored", "illegal", "IMAP",
	"immediately", "in", "inactive", "inappropriate_fallback", "inbound", "inbox", "incoming",
	"incorrect", "infected", "information", "insecure", "instead", "insufficient",
	"integrity", "intended", "internal", "internal_error", "Internet", "interrupted", "into",
	"invalid", "IP", "IPv4", "IPv6", "is", "issue", "issuer", "issues", "it", "its", "junk",
	"key", "keys", "known", "large", "larger", "last", "later", "leaf", "length", "less",
	"limit", "limited", "limits", "line", "lines", "link", "list", "listed", "lists", "LMTP",
	"load", "local", "locally", "lock", "locked", "logged", "lookup", "loop", "loops", "lost",
	"low", "machine", "mail", "mailbox", "mailboxes", "mailer", "maintenance", "malformed",
	"malicious", "malware", "mandatory", "many", "match", "matched", "matches", "matching",
	"maximum", "means", "memory", "message", "messages", "MIME", "minimum", "minute",
	"minutes", "misconfigured", "mismatch", "missing", "mode", "moment", "more", "most",
	"moved", "MTA", "MTA-STS", "much", "multiple", "must", "MX", "name", "named", "names",
	"necessary", "need", "needed", "needs", "negotiated", "negotiation", "network", "never",
	"new", "next", "no", "no_shared_cipher", "nobody", "non-delivery", "non-existent",
	"non-local", "none", "nonexistent", "NOOP", "nor", "normal", "not", "not-found",
	"nothing", "notice", "notification", "now", "NS", "NSEC", "NSEC3", "null", "number",
	"NXDOMAIN", "obsolete", "occurred", "of", "off", "ok", "okay", "old", "on", "once", "one",
	"only", "open", "operation", "operational", "operator", "option", "optional", "or",
	"order", "original", "originator", "other", "our", "out", "outbound", "outgoing", "over",
	"over-quota", "overloaded", "overquota", "own", "packet", "parameter", "parameters",
	"parse", "parsed", "part", "partial", "parts", "passed", "password", "path", "peer",
	"pending", "per", "performed", "permanent", "permanently", "permission", "permitted",
	"phishing", "pipe", "pipelining", "plain", "plaintext", "please", "point", "policies",
	"policy", "pool", "poor", "port", "possible", "postmaster", "present", "presented",
	"previous", "primary", "private", "problem", "problems", "process", "processed",
	"processing", "program", "prohibited", "proper", "properly", "protected", "protection",
	"protocol", "protocol_version", "provide", "provided", "provider", "PTR", "public",
	"quarantine", "quarantined", "queue", "queued", "queues", "QUIT", "quota", "range",
	"rate", "rate-limited", "RCPT", "rDNS", "reached", "read", "reading", "ready", "reason",
	"reasons", "receive", "received", "receiver", "receiving", "recently", "recipient",
	"recipients", "recognised", "recognized", "record", "records", "recursion", "redirect",
	"refer", "reference", "refuse", "refused", "refuses", "refusing", "reject", "rejected",
	"rejecting", "rejection", "rejects", "relay", "relayed", "relaying", "remote", "remove",
	"removed", "repeated", "reply", "report", "reported", "reports", "reputation", "request",
	"requested", "requests", "require", "required", "requirements", "requires", "reset",
	"resolution", "resolve", "resolved", "resolver", "resources", "response", "restricted",
	"restrictions", "result", "results", "resume", "retries", "retry", "retrying", "return",
	"returned", "returns", "reverse", "reverse-lookup", "revoked", "RFC", "route", "router",
	"routines", "routing", "RRSIG", "RSET", "rule", "rules", "same", "second", "seconds",
	"secure", "security", "see", "seems", "self", "self-hosted", "self-signed", "send",
	"sender", "senders", "sending", "sends", "sent", "server", "servers", "SERVFAIL",
	"service", "services", "session", "sessions", "several", "should", "signature",
	"signatures", "signed", "signer", "since", "site", "size", "SMTP", "smtps", "SMTPUTF8",
	"so", "SOA", "soft", "some", "soon", "source", "spam", "spamming", "specified", "SPF",
	"SRV", "SSL", "SSL_accept", "SSL_connect", "SSLv3", "STARTTLS", "state", "status",
	"still", "stop", "stopped", "storage", "store", "stored", "string", "subject",
	"submission", "submit", "submitted", "succeeded", "success", "successful", "successfully",
	"such", "supplied", "support", "supported", "suspected", "suspended", "suspicious",
	"SVCB", "syntax", "system", "table", "take", "taken", "target", "task", "temp",
	"temporarily", "temporary", "terminated", "terminating", "text", "than", "that", "the",
	"their", "then", "there", "these", "they", "third", "this", "those", "throttled",
	"throttling", "through", "time", "timed", "timeout", "timeouts", "times", "TLS",
	"TLS-RPT", "TLSA", "TLSv1", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3", "to", "token",
	"tokens", "tomorrow", "too", "traffic", "transaction", "transfer", "transferred",
	"transient", "transit", "transmission", "transport", "tries", "trust", "trusted", "try",
	"trying", "TXT", "type", "types", "unable", "unacceptable", "unauthenticated",
	"unauthorized", "unavailable", "undefined", "undeliverable", "undelivered", "under",
	"unencrypted", "unexpected", "unexpected_eof", "unknown", "unknown_ca", "unreachable",
	"unrecognised", "unrecognized", "unrecognized_name", "unroutable", "unrouteable",
	"unsafe", "unsigned", "unsolicited", "unspecified", "unsupported",
	"unsupported_certificate", "until", "untrusted", "unusable", "unusual", "unverified",
	"up", "update", "upgrade", "us", "use", "used", "user", "username", "users", "using",
	"UTF-8", "UTF8", "valid", "validate", "validated", "validation", "value", "verification",
	"verified", "verify", "verifying", "version", "via", "violates", "violation", "virtual",
	"virus", "viruses", "visit", "volume", "VRFY", "wait", "waiting", "warning", "was", "we",
	"welcome", "well", "were", "what", "when", "where", "which", "while", "who", "why",
	"wildcard", "with", "within", "without", "would", "write", "writing", "written", "wrong",
	"wrong_version_number", "years", "yet", "you", "your"};
/* clang-format on */

/* What names of ciphers are made of. */
static const char *const cipher_parts[] = {"128", "256", "3DES", "8", "ADH", "AECDH", "AES",
    "AES128", "AES256", "ARIA128", "ARIA256", "CAMELLIA", "CAMELLIA128", "CAMELLIA256", "CBC",
    "CBC3", "CCM", "CCM8", "CHACHA20", "DES", "DH", "DHE", "DSS", "ECDH", "ECDHE", "ECDSA", "EDE",
    "GCM", "IDEA", "MD5", "NULL", "POLY1305", "PSK", "RC4", "RSA", "SEED", "SHA", "SHA1", "SHA256",
    "SHA384", "SRP", "TLS", "WITH"};

/* In front of a probe's token: labels of standards (RFC 7672, 8461, 7489, 8460). */
static const char *const labels[] = {
    "_25", "_443", "_dmarc", "_mta-sts", "_smtp", "_tcp", "_tls", "mta-sts"};

static int
compare(const void *key, const void *entry)
{
	struct span k = *(const struct span *)key, e = span_str(*(const char *const *)entry);

	for (size_t i = 0; i < k.n && i < e.n; i++)
		if (to_lower(k.p[i]) != to_lower(e.p[i]))
			return (unsigned char)to_lower(k.p[i]) < (unsigned char)to_lower(e.p[i])
				   ? -1
				   : 1;
	return (k.n > e.n) - (k.n < e.n);
}

const char *
veil_word(enum veil_table of, struct span word)
{
	static const struct {
		const char *const *v;
		size_t n;
	} tables[] = {
	    [VEIL_WORDS] = {words, sizeof words / sizeof *words},
	    [VEIL_CIPHERS] = {cipher_parts, sizeof cipher_parts / sizeof *cipher_parts},
	    [VEIL_LABELS] = {labels, sizeof labels / sizeof *labels},
	};
	const char *const *found =
	    bsearch(&word, tables[of].v, tables[of].n, sizeof *tables[of].v, compare);

	return found ? *found : NULL;
}

const char *
veil_word_at(enum veil_table of, size_t at)
{
	return of == VEIL_WORDS && at < sizeof words / sizeof *words ? words[at] : NULL;
}
