#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What was seen of a probe set, and the verdicts that it must give: every state, every rule (see mutation.t).
: "${OBJ:?the folder of the built programs}"
exec "$OBJ/tests/tools/verdictplay" testcases tests/report/scenarios/*.txt
