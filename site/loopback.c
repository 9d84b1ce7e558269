/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "site/loopback.h"

#include <net/if.h>
#include <netinet/in.h>
#include <linux/ipv6.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_BITS6 = 128, ALIASES_MAX = 100000 };

static bool
set_up(int fd)
{
	struct ifreq r = {.ifr_name = "lo"};

	if (ioctl(fd, SIOCGIFFLAGS, &r))
		return false;
	r.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &r) == 0;
}

static bool
add_ip4(int fd, const struct ip *ip, size_t number)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	struct ifreq r = {0};

	/* An interface has one IPv4 address; more are those of its aliases. */
	snprintf(r.ifr_name, sizeof r.ifr_name, "lo:%u", (unsigned)(number % ALIASES_MAX));
	memcpy(&address.sin_addr, ip->octets, 4);
	memcpy(&r.ifr_addr, &address, sizeof address);
	return ioctl(fd, SIOCSIFADDR, &r) == 0;
}

static bool
add_ip6(int fd, const struct ip *ip, unsigned index)
{
	struct in6_ifreq r = {.ifr6_prefixlen = HOST_BITS6, .ifr6_ifindex = (int)index};

	memcpy(&r.ifr6_addr, ip->octets, 16);
	return ioctl(fd, SIOCSIFADDR, &r) == 0;
}

bool
loopback_enter(const struct site_pair *const *ips, size_t ips_n)
{
	int fd4, fd6;
	bool good;

	if (unshare(CLONE_NEWNET))
		return false;
	fd4 = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fd6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	good = fd4 >= 0 && fd6 >= 0 && set_up(fd4);
	for (size_t i = 0; i < ips_n && good; i++)
		good = add_ip4(fd4, &ips[i]->ip4, i) &&
		       add_ip6(fd6, &ips[i]->ip6, if_nametoindex("lo"));
	if (fd4 >= 0)
		close(fd4);
	if (fd6 >= 0)
		close(fd6);
	return good;
}
