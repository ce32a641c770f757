/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/cli/filter-words.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "fwctl/base/mem.h"
#include "fwctl/base/num.h"
#include "fwctl/model/flow.h"

int fw_family_parse(const char *text, size_t length, uint8_t *family, struct fw_err *err)
{
	static const struct fw_word families[] = { { "ipv4", FW_FAMILY_IPV4 },
						   { "ipv6", FW_FAMILY_IPV6 },
						   { 0 } };
	const struct fw_word *word = fw_word_find(families, text, length);

	if (!word)
		return fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is neither ipv4 nor ipv6",
				  (int)length, text);
	*family = (uint8_t)word->value;
	return 0;
}

static void hint_protocols(const char *text, size_t length, struct fw_err *err)
{
	struct fw_guess guess = { .wrong = text, .length = length };
	const struct fw_proto *const *proto;
	struct fw_buf names = { 0 };

	for (proto = fw_protos; *proto; proto++)
		if (!fw_proto_is_generic(*proto)) {
			fw_guess_try(&guess, (*proto)->name);
			fw_buf_printf(&names, "%s ", (*proto)->name);
		}
	fw_buf_puts(&names, "or another name of /etc/protocols, or a number from 0 to 255");
	fw_guess_hint(&guess, fw_buf_text(&names), err);
	fw_buf_free(&names);
}

int fw_protocol_parse(const char *text, size_t length, uint8_t *number, struct fw_err *err)
{
	const struct fw_proto *proto = fw_proto_by_name(fw_protos, text, length);
	const struct protoent *entry;
	uint64_t value;
	char *name;

	if (proto && !fw_proto_is_generic(proto)) {
		*number = proto->number;
		return 0;
	}
	if (fw_num_parse_n(text, length, 0, UINT8_MAX, &value) == FW_NUM_OK) {
		*number = (uint8_t)value;
		return 0;
	}
	name = fw_strndup(text, length);
	entry = getprotobyname(name);
	free(name);
	if (entry) {
		*number = (uint8_t)entry->p_proto;
		return 0;
	}
	fw_err_set(err, FW_ERR_MISUSE, "'%.*s' is not a protocol", (int)length, text);
	hint_protocols(text, length, err);
	return -1;
}

/* Status words have dashes here and underscores in conntrack(8). -1 when it is none. */
static int plain_status(const char *item, size_t length, char name[32])
{
	size_t i;

	if (length >= 32)
		return -1;
	for (i = 0; i < length; i++)
		name[i] = item[i] == '_' ? '-' : item[i];
	name[length] = '\0';
	return 0;
}

int fw_status_parse(const char *text, size_t length, uint32_t *bit)
{
	const struct fw_word *word;
	char name[32];

	if (plain_status(text, length, name) < 0)
		return -1;
	word = fw_word_find(fw_status_words, name, length);
	if (!word)
		return -1;
	*bit = (uint32_t)word->value;
	return 0;
}

void fw_status_hint(const char *text, size_t length, const struct fw_word *more, struct fw_err *err)
{
	struct fw_guess guess = { 0 };
	struct fw_buf accepted = { 0 };
	char name[32];

	if (!plain_status(text, length, name))
		guess = (struct fw_guess){ .wrong = name, .length = length };
	fw_guess_try_all(&guess, fw_status_words);
	fw_guess_try_all(&guess, more);
	fw_words_print(&accepted, fw_status_words);
	fw_buf_puts(&accepted, ", ");
	fw_words_print(&accepted, more);
	fw_buf_puts(&accepted, "; a leading ! negates");
	fw_guess_hint(&guess, fw_buf_text(&accepted), err);
	fw_buf_free(&accepted);
}

void fw_state_hint(const char *text, size_t length, struct fw_err *err)
{
	struct fw_guess guess = { .wrong = text, .length = length };
	const struct fw_proto *const *proto;
	struct fw_buf words = { 0 };

	for (proto = fw_protos; *proto; proto++) {
		if (!(*proto)->states)
			continue;
		fw_guess_try_all(&guess, (*proto)->states);
		fw_buf_printf(&words, "%s%s: ", words.length ? "; " : "", (*proto)->name);
		fw_words_print(&words, (*proto)->states);
	}
	fw_guess_hint(&guess, fw_buf_text(&words), err);
	fw_buf_free(&words);
}

int fw_addr_port_parse(const char *text, struct fw_prefix *prefix, bool *has_port, uint16_t *port)
{
	const char *addr = text, *colon = strrchr(text, ':');
	uint64_t number;
	size_t length;

	*has_port = false;
	if (!fw_prefix_parse(text, prefix, NULL))
		return 0;
	if (!colon || fw_num_parse(colon + 1, 0, UINT16_MAX, &number) != FW_NUM_OK)
		return -1;
	length = (size_t)(colon - text);
	if (addr[0] == '[' && length > 1 && addr[length - 1] == ']') {
		addr++;
		length -= 2;
	}
	*has_port = true;
	*port = (uint16_t)number;
	return fw_prefix_parse_n(addr, length, prefix, NULL);
}
