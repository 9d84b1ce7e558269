/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dns/dns_channel.h"

#include <ares.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/log.h"
#include "dns/dns_servers.h"
#include "dns/dns_wire.h"

enum {
	UDP_CHANNELS = 8,
	TCP_SLOT = UDP_CHANNELS,
	SLOTS,
	USES_MAX = 1000, /* messages; then a new channel with a new port takes the place */
	/* A connection that a server closes, or on which it stops in the middle of an answer, would
	 * take the other questions on it along. */
	TCP_USES_MAX = 1,
	UDP_TIMEOUT_MS = 2000,
	TCP_TIMEOUT_MS = 5000,
	/* Octets; Linux gives net.core.rmem_max and doubles it, for a signed answer takes 2 KiB. */
	RECEIVE_BUFFER = 1 << 20,
	/* How exact timeouts are; ares_timeout() would look at every message each time. */
	TICK_US = 100000,
};

struct watch {
	int fd;
	struct loop_watch *watch;
	struct channel *channel;
	LIST_ENTRY(watch) entry;
};

struct channel {
	struct dns_channels *all;
	ares_channel ares;
	LIST_HEAD(watches, watch) watches;
	size_t outstanding, uses;
	bool retired; /* in no slot any more; freed once nothing is outstanding */
	LIST_ENTRY(channel) entry;
};

struct dns_channels {
	struct loop *loop;
	const struct rng *rng;
	const char *address;
	size_t udp_n; /* channels in use at once */
	struct channel *slots[SLOTS];
	LIST_HEAD(channels, channel) channels;
	struct loop_timer *tick;
	bool ticking;
};

/* One message on its way. */
struct sending {
	struct channel *channel;
	dns_channel_done *done;
	void *arg;
};

static void
socket_ready(void *arg, bool readable, bool writable)
{
	struct watch *w = arg;
	int fd = w->fd;

	/* This may free the watch. */
	ares_process_fd(
	    w->channel->ares, readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
}

/* c-ares says what it waits for; both are false when it is about to close fd. */
static void
socket_state(void *arg, int fd, int readable, int writable)
{
	struct channel *ch = arg;
	struct watch *w;

	for (w = LIST_FIRST(&ch->watches); w && w->fd != fd; w = LIST_NEXT(w, entry))
		;
	if (w) {
		LIST_REMOVE(w, entry);
		loop_watch_free(w->watch);
		free(w);
	}
	if (!readable && !writable)
		return;
	w = must(calloc(1, sizeof *w));
	*w = (struct watch){.fd = fd, .channel = ch};
	w->watch = loop_watch_new(ch->all->loop, fd, readable, writable, socket_ready, w);
	LIST_INSERT_HEAD(&ch->watches, w, entry);
}

static bool
set_server(ares_channel ares, const char *server)
{
	struct buf text;
	struct span address;
	unsigned port;
	bool good = dns_server_read(span_str(server), &address, &port);
	bool v6 = span_find(address, ':') < address.n;

	buf_init(&text, 1000);
	buf_printf(&text, v6 ? "[%.*s]:%u" : "%.*s:%u", SPAN_ARG(address), port);
	good = good && !text.overflow && !ares_set_servers_ports_csv(ares, buf_str(&text));
	buf_free(&text);
	return good;
}

/* NULL if the address is none that c-ares can use. */
static struct channel *
channel_new(struct dns_channels *all, bool tcp)
{
	struct channel *ch = must(calloc(1, sizeof *ch));
	char no_file[] = "/dev/null"; /* dns_servers.c has read resolv.conf */
	/* Without EDNS and ednspsz every UDP answer over 512 octets would be taken for truncated.
	 */
	struct ares_options options = {
	    .flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS | ARES_FLAG_IGNTC |
		     (tcp ? ARES_FLAG_USEVC : 0),
	    .ednspsz = DNS_UDP_SIZE,
	    .timeout = tcp ? TCP_TIMEOUT_MS : UDP_TIMEOUT_MS,
	    .tries = 1,
	    .socket_receive_buffer_size = RECEIVE_BUFFER,
	    .sock_state_cb = socket_state,
	    .sock_state_cb_data = ch,
	    .resolvconf_path = no_file,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		   ARES_OPT_SOCK_STATE_CB | ARES_OPT_SOCK_RCVBUF | ARES_OPT_DOMAINS |
		   ARES_OPT_RESOLVCONF;

	ch->all = all;
	if (ares_init_options(&ch->ares, &options, mask))
		out_of_memory();
	if (!set_server(ch->ares, all->address)) {
		ares_destroy(ch->ares);
		free(ch);
		return NULL;
	}
	LIST_INSERT_HEAD(&all->channels, ch, entry);
	return ch;
}

static void
channel_free(struct channel *ch)
{
	LIST_REMOVE(ch, entry);
	ares_destroy(ch->ares);
	free(ch);
}

static void
channel_retire(struct channel *ch)
{
	for (size_t slot = 0; slot < SLOTS; slot++)
		if (ch->all->slots[slot] == ch)
			ch->all->slots[slot] = NULL;
	ch->retired = true;
}

static struct channel *
channel_for(struct dns_channels *all, bool tcp)
{
	size_t slot = tcp ? TCP_SLOT : rng_below(all->rng, all->udp_n);

	if (all->slots[slot] && all->slots[slot]->uses >= (tcp ? TCP_USES_MAX : USES_MAX))
		channel_retire(all->slots[slot]);
	if (!all->slots[slot])
		all->slots[slot] = must(channel_new(all, tcp));
	return all->slots[slot];
}

static void
keep_ticking(struct dns_channels *all)
{
	all->ticking = true;
	loop_timer_set(all->tick, clock_since_us(loop_clock(all->loop)) + TICK_US);
}

/* c-ares notices timeouts when it is called.  Channels are freed here, where none of their
 * functions is on the stack. */
static void
tick(void *arg)
{
	struct dns_channels *all = arg;
	struct channel *ch, *next;
	bool busy = false;

	for (ch = LIST_FIRST(&all->channels); ch; ch = LIST_NEXT(ch, entry))
		if (ch->outstanding)
			ares_process_fd(ch->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	for (ch = LIST_FIRST(&all->channels); ch; ch = next) {
		next = LIST_NEXT(ch, entry);
		busy |= ch->outstanding > 0;
		if (ch->retired && !ch->outstanding)
			channel_free(ch);
	}
	all->ticking = false;
	if (busy)
		keep_ticking(all);
}

struct dns_channels *
dns_channels_new(struct loop *l, const struct rng *rng, const char *address)
{
	struct dns_channels *all = must(calloc(1, sizeof *all));

	*all = (struct dns_channels){.loop = l,
	    .rng = rng,
	    .address = address,
	    .udp_n = dns_server_is_loopback(address) ? 1 : UDP_CHANNELS};
	all->tick = loop_timer_new(l, tick, all);
	/* Whether c-ares can use the address shows here, not in the middle of a run. */
	all->slots[TCP_SLOT] = channel_new(all, true);
	if (all->slots[TCP_SLOT])
		return all;
	dns_channels_free(all);
	return NULL;
}

void
dns_channels_free(struct dns_channels *all)
{
	while (!LIST_EMPTY(&all->channels))
		channel_free(LIST_FIRST(&all->channels));
	loop_timer_free(all->tick);
	free(all);
}

static enum dns_outcome
outcome_of(int status)
{
	switch (status) {
	case ARES_SUCCESS: return DNS_OK;
	case ARES_ETIMEOUT: return DNS_TIMEOUT;
	case ARES_EDESTRUCTION: return DNS_CANCELLED;
	case ARES_ENOMEM: out_of_memory();
	default: return DNS_NETERR;
	}
}

static void
called_back(void *arg, int status, int timeouts, unsigned char *abuf, int alen)
{
	struct sending s = *(struct sending *)arg;
	struct span wire = {NULL, 0};

	(void)timeouts;
	free(arg);
	s.channel->outstanding--;
	if (status == ARES_SUCCESS) {
		wire = (struct span){(char *)abuf, (size_t)alen};
		/* After a FORMERR without OPT c-ares asks again without EDNS, as it should, but
		 * leaves EDNS off for the whole channel, and from then on cuts every answer at 512
		 * octets. */
		if (!dns_wire_head(wire).additional_n && !s.channel->retired)
			channel_retire(s.channel);
	}
	s.done(s.arg, outcome_of(status), wire, ares_strerror(status));
}

void
dns_channels_send(
    struct dns_channels *all, struct span query, bool tcp, dns_channel_done *done, void *arg)
{
	struct sending *s = must(calloc(1, sizeof *s));
	struct channel *ch = channel_for(all, tcp);

	*s = (struct sending){.channel = ch, .done = done, .arg = arg};
	ch->outstanding++;
	ch->uses++;
	if (!all->ticking)
		keep_ticking(all);
	ares_send(ch->ares, (const unsigned char *)query.p, (int)query.n, called_back, s);
}
