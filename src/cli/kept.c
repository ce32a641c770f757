/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/kept.h"

#include "fwctl/kernel/sysctl.h"
#include "fwctl/model/filter.h"
#include "fwctl/model/flow.h"

const struct fw_word fw_kept_words[] = {
	{ "accounting", FW_KEPT_ACCOUNTING },
	{ "timestamps", FW_KEPT_TIMESTAMPS },
	{ 0 },
};

const char *fw_kept_sysctl(uint64_t what)
{
	return what == FW_KEPT_ACCOUNTING ? "nf_conntrack_acct" : "nf_conntrack_timestamp";
}

bool fw_kept_is_age(const struct fw_field *field)
{
	return field == &fw_flow_fields[FW_FIELD_AGE] || field == &fw_flow_fields[FW_FIELD_START];
}

static void hint(const struct fw_cli *cli, uint64_t what, const char *wanted)
{
	uint64_t value;

	if (!fw_sysctl_read(fw_kept_sysctl(what), &value) || value)
		return;
	fw_cli_note(cli,
		    "the kernel does not keep %s of flows here; "
		    "'fwctl stats --enable %s' makes it do so for new ones",
		    wanted, fw_word_name(fw_kept_words, what));
}

void fw_kept_hint(const struct fw_cli *cli, bool traffic, bool age)
{
	size_t i;

	for (i = 0; i < cli->filter->count; i++) {
		traffic |= cli->filter->conds[i].op == FW_OP_SUM;
		age |= fw_kept_is_age(cli->filter->conds[i].field);
	}
	if (traffic)
		hint(cli, FW_KEPT_ACCOUNTING, "packets and bytes");
	if (age)
		hint(cli, FW_KEPT_TIMESTAMPS, "the age");
}
