/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery/deliver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"
#include "base/rng.h"
#include "delivery/deposit.h"
#include "delivery/intake.h"
#include "delivery/mail_record.h"
#include "delivery/mailname.h"
#include "delivery/sandbox.h"
#include "io/record.h"

struct folders {
	const char *mail, *json;
};

static const char *const flavour_names[] = {"measurement", "spam", "all"};

static struct folders
folders_of(int64_t flavour, const struct settings *s)
{
	switch (flavour) {
	case FLAVOUR_SPAM: return (struct folders){s->spam_mail_dir, s->spam_json_dir};
	case FLAVOUR_ALL: return (struct folders){s->all_mail_dir, s->all_json_dir};
	default: return (struct folders){s->mail_dir, s->json_dir};
	}
}

static int
open_dir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		log_error("%s: %s; make the folder and give it to the user that deliveries run as",
		    path, strerror(errno));
	return fd;
}

static int
try_again(const char *what)
{
	log_error("mail deferred: %s: %s", what, strerror(errno));
	return EX_TEMPFAIL;
}

/* All that is known of one mail on its way to the disk. */
struct delivery {
	struct arena *arena;
	const struct deliver_params *params;
	struct intake intake;
	struct envelope envelope;
	int64_t arrived_us;
};

static json_t *
make_record(void *state, struct span id)
{
	struct delivery *d = state;
	struct span domain = span_str(d->params->settings->domain);
	struct mail_facts facts = {
	    .flavour = flavour_names[d->params->flavour],
	    .id = id,
	    .probe = probe_of_address(d->arena, d->envelope.recipient, domain),
	    .arrived_us = d->arrived_us,
	};

	return mail_record(d->arena, &facts, &d->envelope, &d->intake);
}

/* The second at which our server received the mail; the clock's only where it did not say. */
static int64_t
received_utc(const struct delivery *d)
{
	const struct received *r = &d->envelope.received;

	return r->has_time ? r->time_utc : d->arrived_us / 1000000;
}

static int
give_name(struct delivery *d, struct spool_file *mail, int mail_dir, int json_dir)
{
	struct mail_names names = mail_names_read(d->arena, d->intake.head);
	const struct envelope *e = &d->envelope;
	struct deposit deposit = {
	    .arena = d->arena,
	    .mail_dir = mail_dir,
	    .json_dir = json_dir,
	    .id = mailname_id(d->arena, names.subject, names.from, received_utc(d)),
	    .rcpt = e->delivered_to.n ? e->delivered_to : e->recipient,
	    .key = {e->queue_id, e->recipient, d->intake.content_sha256},
	    .mail = mail,
	    .record = make_record,
	    .state = d,
	};
	const char *name = "", *step = "";

	switch (deposit_mail(&deposit, &name, &step)) {
	case DEPOSIT_STORED:
		log_info("%.*s: stored as %s", SPAN_ARG(e->queue_id), name);
		return EX_OK;
	case DEPOSIT_AGAIN:
		log_info("%.*s: delivered again, stored before as %s", SPAN_ARG(e->queue_id), name);
		return EX_OK;
	case DEPOSIT_ERROR: break;
	}
	return try_again(step);
}

/* With the folders open: from standard input to a name. */
static int
take_mail(struct delivery *d, int mail_dir, int json_dir)
{
	struct spool_file mail;
	int code = EX_TEMPFAIL;

	if (spool_begin(&mail, mail_dir) != SPOOL_OK)
		return try_again("new file");
	switch (intake_read(&d->intake, d->arena, d->params->input_fd, &mail)) {
	case INTAKE_READ_ERROR: code = try_again("read of the mail"); break;
	case INTAKE_WRITE_ERROR: code = try_again("write of the mail"); break;
	case INTAKE_OK:
		d->envelope =
		    envelope_gather(d->arena, &d->params->envelope, getenv, d->intake.head);
		if (spool_flush(&mail) == SPOOL_OK)
			code = give_name(d, &mail, mail_dir, json_dir);
		else
			code = try_again("flush of the mail");
		break;
	}
	spool_end(&mail);
	return code;
}

int
deliver(struct arena *a, const struct deliver_params *params)
{
	struct folders folders = folders_of(params->flavour, params->settings);
	struct delivery d = {
	    .arena = a, .params = params, .arrived_us = clock_wall_us(params->clock)};
	int dirs[2] = {-1, -1}, code = EX_TEMPFAIL;

	/* The record could never take its name, and each attempt would leave one more mail. */
	if (!strcmp(folders.mail, folders.json)) {
		log_error(
		    "mail deferred: %s is to hold mails and records; give each a folder of its own",
		    folders.mail);
		return code;
	}
	dirs[0] = open_dir(folders.mail);
	if (dirs[0] >= 0)
		dirs[1] = open_dir(folders.json);
	if (dirs[0] >= 0 && dirs[1] >= 0) {
		sandbox_confine(dirs, 2);
		record_seed(&rng_system);
		code = take_mail(&d, dirs[0], dirs[1]);
	}
	return code; /* the process ends here, and its folders with it */
}
