/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "fwctl/cli/top.h"
#include "fwctl/kernel/ct-delete.h"

/* What `b` goes through. */
static const char *const keys[] = { "src",         "dst",    "proto,dport", "src/24",
				    "proto,state", "status", "mark" };

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void next_key(struct fw_top *top)
{
	const struct fw_option option = { .arg = "KEY", .offset = 0 };
	unsigned int i;

	for (i = 0; i < KEYS && strcmp(keys[i], top->key_text) != 0; i++)
		;
	top->key_text = keys[i < KEYS ? (i + 1) % KEYS : 0];
	/* The readings point to the key. */
	fw_top_forget(top);
	fw_stats_set_by(&top->key, &option, top->key_text, NULL);
}

static enum fw_top_action set_view(struct fw_top *top, bool flows)
{
	top->flows_view = flows;
	top->flows.pinned = top->details = top->help = false;
	fw_top_forget(top);
	return FW_TOP_READ;
}

/* ---- order -------------------------------------------------------------------------------------
 */

/* Whether the kernel tells what the column shows. */
static bool is_there(const struct fw_top *top, enum fw_top_column column)
{
	if (column == FW_TOP_AGE)
		return top->now && top->now->stamped;
	return column < FW_TOP_PACKETS || (top->now && top->now->counted);
}

static enum fw_top_action sort(struct fw_top *top, unsigned int step)
{
	struct fw_top_flows *flows = &top->flows;

	if (!top->flows_view) {
		top->order = (top->order + step) % 3;
		return FW_TOP_DRAW;
	}
	do
		flows->order = (flows->order + step) % FW_TOP_COLUMNS;
	while (!is_there(top, flows->order));
	/* Of those that are kept at once; the others come with the next reading, soon. */
	fw_top_flows_sort(flows);
	return top->frozen ? FW_TOP_DRAW : FW_TOP_READ;
}

static enum fw_top_action reverse(struct fw_top *top)
{
	if (!top->flows_view)
		return FW_TOP_NOTHING;
	top->flows.reverse = !top->flows.reverse;
	fw_top_flows_sort(&top->flows);
	return top->frozen ? FW_TOP_DRAW : FW_TOP_READ;
}

/* ---- the selection -----------------------------------------------------------------------------
 */

static enum fw_top_action move(struct fw_top *top, int key)
{
	long page = top->page > 1 ? (long)top->page - 1 : 1;
	long lines = key == FW_TOP_KEY_UP          ? -1
		     : key == FW_TOP_KEY_DOWN      ? 1
		     : key == FW_TOP_KEY_PAGE_UP   ? -page
		     : key == FW_TOP_KEY_PAGE_DOWN ? page
		     : key == FW_TOP_KEY_HOME      ? -FW_TOP_FLOWS
						   : FW_TOP_FLOWS;

	if (!top->flows_view || top->help)
		return FW_TOP_NOTHING;
	fw_top_flows_move(&top->flows, lines);
	if (top->details)
		fw_top_details_open(top);
	return FW_TOP_DRAW;
}

static enum fw_top_action toggle_details(struct fw_top *top)
{
	if (!top->flows_view || !fw_top_flows_selected(&top->flows))
		return FW_TOP_NOTHING;
	top->help = false;
	top->flows.pinned = top->details = !top->details;
	if (top->details)
		fw_top_details_open(top);
	return FW_TOP_DRAW;
}

void fw_top_say(struct fw_top *top, const char *text)
{
	strncpy(top->notice, text, sizeof(top->notice) - 1);
}

void fw_top_kill(struct fw_top *top)
{
	struct fw_top_flow *row = fw_top_flows_selected(&top->flows);
	struct fw_err err = FW_ERR_INIT;
	struct fw_ct_deleter deleter;

	if (!row)
		return;
	if (fw_ct_deleter_open(&deleter, NULL, NULL, NULL, &err) < 0) {
		fw_top_say(top, err.what);
	} else {
		if (fw_ct_delete(&deleter, &row->flow, &err) < 0 ||
		    fw_ct_deleter_finish(&deleter, &err) < 0 || deleter.failed)
			fw_top_say(top, err.what ? err.what : "it could not be deleted");
		else
			fw_top_say(top, deleter.count ? "deleted" : "it had ended already");
		row->ended |= deleter.count || deleter.gone;
		fw_ct_deleter_close(&deleter);
	}
	fw_err_free(&err);
}

static enum fw_top_action ask_kill(struct fw_top *top)
{
	const struct fw_top_flow *row = fw_top_flows_selected(&top->flows);

	if (top->flows_view && row && !row->ended)
		return FW_TOP_KILL;
	fw_top_say(top,
		   top->flows_view ? "there is no flow to delete" : "f lists flows, k deletes one");
	return FW_TOP_DRAW;
}

/* ---- typing a filter ---------------------------------------------------------------------------
 */

#define ESCAPE    0x1b
#define DELETE    0x7f
#define CONTROL_U 0x15

static enum fw_top_action begin_typing(struct fw_top *top)
{
	top->typing = true;
	top->typed[0] = '\0';
	return FW_TOP_DRAW;
}

static enum fw_top_action type(struct fw_top *top, int key)
{
	size_t length = strlen(top->typed);

	switch (key) {
	case '\n':
	case '\r': top->typing = false; return FW_TOP_FILTER;
	case ESCAPE: top->typing = false; return FW_TOP_DRAW;
	case CONTROL_U: top->typed[0] = '\0'; return FW_TOP_DRAW;
	case '\b':
	case DELETE: top->typed[length ? length - 1 : 0] = '\0'; return FW_TOP_DRAW;
	default: break;
	}
	if (key < ' ' || key >= DELETE || length + 1 == sizeof(top->typed))
		return FW_TOP_NOTHING;
	top->typed[length] = (char)key;
	top->typed[length + 1] = '\0';
	return FW_TOP_DRAW;
}

/* ---- keys --------------------------------------------------------------------------------------
 */

static enum fw_top_action close_pane(struct fw_top *top)
{
	if (!top->help && !top->details)
		return FW_TOP_NOTHING;
	if (top->help)
		top->help = false;
	else
		top->flows.pinned = top->details = false;
	return FW_TOP_DRAW;
}

static enum fw_top_action act(struct fw_top *top, int key)
{
	switch (key) {
	case 'q': return FW_TOP_QUIT;
	case '/': return begin_typing(top);
	case ' ': top->frozen = !top->frozen; return FW_TOP_DRAW;
	case 'h':
	case '?': top->help = !top->help; return FW_TOP_DRAW;
	case 's':
	case '>': return sort(top, 1);
	case '<': return sort(top, top->flows_view ? FW_TOP_COLUMNS - 1 : 2);
	case 'r': return reverse(top);
	case 'f':
	case '\t': return set_view(top, !top->flows_view);
	case 'b':
		if (top->flows_view)
			return set_view(top, false);
		next_key(top);
		return FW_TOP_READ;
	case '\n':
	case '\r': return toggle_details(top);
	case 'k': return ask_kill(top);
	default: return key >= FW_TOP_KEY_UP ? move(top, key) : close_pane(top);
	}
}

enum fw_top_action fw_top_press(struct fw_top *top, int key)
{
	bool said = top->notice[0];
	enum fw_top_action action;

	if (top->typing)
		return type(top, key);
	top->notice[0] = '\0';
	action = act(top, key);
	return action == FW_TOP_NOTHING && said ? FW_TOP_DRAW : action;
}
