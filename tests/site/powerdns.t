#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
server=powerdns
. tests/site/server.sh
