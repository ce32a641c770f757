/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka with the headers that it wants before it. */
#ifndef FWCTL_TESTS_UNIT_H
#define FWCTL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/sequence.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
