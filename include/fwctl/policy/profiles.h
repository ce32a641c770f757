/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Application profiles: names for the ports of a program, in INI files as ufw has them in
 * /etc/ufw/applications.d:
 *   [NAME]
 *   title=…
 *   description=…
 *   ports=12/udp|34|56,78:90/tcp
 */
#ifndef FWCTL_POLICY_PROFILES_H
#define FWCTL_POLICY_PROFILES_H

#include <stddef.h>

#include "fwctl/base/words.h"

struct fw_profile {
	char *name;
	char *title;       /* may be "" */
	char *description; /* may be "" */
	char *ports;       /* as in the file; may be "" */
	char *file;
};

struct fw_profile_list {
	struct fw_profile *items; /* sorted by name */
	size_t count, capacity;
};

/*
 * Reads all profiles in these directories (ends with NULL; missing ones are fine). Of profiles
 * with the same name the first directory wins. Unreadable files are left out.
 */
void fw_profiles_load(struct fw_profile_list *list, const char *const *dirs);
void fw_profiles_free(struct fw_profile_list *list);

/* The profile of exactly that name, or NULL. */
const struct fw_profile *fw_profile_find(const struct fw_profile_list *list, const char *name,
					 size_t length);

/* The closest name, when it is close enough to be a slip, else NULL. */
const char *fw_profile_nearest(const struct fw_profile_list *list, const char *name, size_t length);

#endif
