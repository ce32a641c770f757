/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/model/proto.h"

#include <string.h>
#include <strings.h>

const struct fw_proto *fw_proto_by_number(const struct fw_proto *const *protos, uint8_t number)
{
	while (!fw_proto_is_generic(*protos) && (*protos)->number != number)
		protos++;
	return *protos;
}

const struct fw_proto *fw_proto_by_name(const struct fw_proto *const *protos, const char *name,
					size_t length)
{
	for (; *protos; protos++)
		if (strlen((*protos)->name) == length &&
		    !strncasecmp((*protos)->name, name, length))
			return *protos;
	return NULL;
}
