/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/stamp.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fwctl/base/num.h"
#include "fwctl/cli/policy-current.h"
#include "fwctl/cli/policy-state.h"

/* Settings come first in the canonical text, and are no more than this. */
#define HEAD_SIZE 1024

/* The mask that the beginning of a canonical text sets, or 0. */
static uint32_t mask_in(const char *text)
{
	static const char statement[] = "\nstamp mark ";
	const char *at = strstr(text, statement);
	uint64_t mask;

	if (!at)
		return 0;
	at += strlen(statement);
	return fw_num_parse_n(at, strcspn(at, "\n"), 1, UINT32_MAX, &mask) == FW_NUM_OK
		       ? (uint32_t)mask
		       : 0;
}

static uint32_t mask_of_file(const struct fw_state *state, const char *name)
{
	int fd = openat(state->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char head[HEAD_SIZE + 1];
	ssize_t length;

	if (fd < 0)
		return 0;
	length = read(fd, head, HEAD_SIZE);
	close(fd);
	if (length <= 0)
		return 0;
	head[length] = '\0';
	return mask_in(head);
}

/* Whether any text that is kept there stamps: most do not, and then nothing else is read. */
static bool any_stamps(const struct fw_state *state)
{
	DIR *folder = state->fd < 0 ? NULL : opendir(state->path);
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder)))
		found = !strncmp(entry->d_name, FW_STATE_POLICY, strlen(FW_STATE_POLICY)) &&
			mask_of_file(state, entry->d_name);
	if (folder)
		closedir(folder);
	return found;
}

static int read_current(const struct fw_state *state, uint32_t *mask, struct fw_err *err)
{
	struct fw_current current;

	if (fw_current_read(&current, state, err) < 0)
		return -1;
	*mask = current.policy ? current.policy->stamp : 0;
	fw_current_free(&current);
	return 0;
}

int fw_stamp_read(uint32_t *mask, struct fw_err *err)
{
	struct fw_state state;
	int result = 0;

	*mask = 0;
	if (fw_state_open(&state, false, err) < 0)
		return -1;
	if (any_stamps(&state))
		result = read_current(&state, mask, err);
	fw_state_close(&state);
	return result;
}

bool fw_stamp_is_asked(const struct fw_filter *filter)
{
	size_t i;

	for (i = 0; i < filter->count; i++)
		if (filter->conds[i].field == &fw_flow_fields[FW_FIELD_FLOW_LINE])
			return true;
	return false;
}

struct fw_filter fw_stamp_here(const struct fw_filter *filter)
{
	struct fw_filter here = *filter;
	struct fw_err ignored = FW_ERR_INIT;

	if (fw_stamp_read(&here.stamp, &ignored) < 0)
		fw_err_free(&ignored);
	return here;
}

int fw_stamp_prepare(struct fw_filter *filter, struct fw_err *err)
{
	struct fw_err own = FW_ERR_INIT;
	int result = fw_stamp_read(&filter->stamp, &own);

	if (!fw_stamp_is_asked(filter)) {
		fw_err_free(&own);
		return 0;
	}
	if (result < 0) {
		*err = own;
		return -1;
	}
	if (filter->stamp)
		return 0;
	fw_err_set(err, FW_ERR_FAILED,
		   "--line: the policy in force does not stamp flows with their lines");
	return fw_err_hint(err, "'stamp mark 0xffff0000' in the policy makes it do so, in those "
				"bits of the marks");
}
