/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one transport protocol adds to a flow. Each file in extensions/ defines one of these; the
 * generated registry (from EXTENSIONS in Makefile.am) lists them as fw_protos[]. Layers below the
 * command line and the decoder reach a protocol only through flow->proto or through a parameter.
 */
#ifndef FWCTL_MODEL_PROTO_H
#define FWCTL_MODEL_PROTO_H

#include <stdbool.h>
#include <stdint.h>

#include "fwctl/model/field.h"

/* One named conntrack timeout of a protocol. Tables end with a row whose name is NULL. */
struct fw_timer {
	const char *name;   /* nfct(8)'s name in lower case; "" for a protocol that has one timer */
	uint16_t attr;      /* CTA_TIMEOUT_<PROTO>_* inside CTA_TIMEOUT_DATA */
	const char *sysctl; /* its twin below /proc/sys/net/netfilter/ */
};

struct fw_proto {
	const char *name;  /* as options, the policy language and the records write it */
	const char *shown; /* as records show a flow of it, when that is not `name` */
	uint8_t number;    /* IPPROTO_*; the generic protocol has 0 and stands for all others */
	uint8_t family;    /* the only family that it exists in, or FW_FAMILY_ANY */
	const struct fw_field
		*tuple;     /* its fields in struct fw_tuple (attributes of CTA_TUPLE_PROTO) */
	uint16_t info_attr; /* its nest inside CTA_PROTOINFO, or 0 */
	const struct fw_field *info;  /* its fields in struct fw_flow (attributes of that nest) */
	const struct fw_word *states; /* names of its states, or NULL */
	uint32_t closing;             /* 1 << each state in which a connection takes leave */
	const struct fw_timer *timers;
	bool maybe_untracked; /* some kernels have no tracker for it: its flows have no fields there */
};

/* Defined by the generated registry in the extensions layer; ends with NULL; generic comes last. */
extern const struct fw_proto *const fw_protos[];

/* The protocol of that number in `protos`, else the generic one. */
const struct fw_proto *fw_proto_by_number(const struct fw_proto *const *protos, uint8_t number);

/* The protocol of that name (any case, `length` bytes), or NULL. */
const struct fw_proto *fw_proto_by_name(const struct fw_proto *const *protos, const char *name,
					size_t length);

/* What the "proto" of a record shows. */
static inline const char *fw_proto_shown(const struct fw_proto *proto)
{
	return proto->shown ? proto->shown : proto->name;
}

/* Whether it is the row that stands for all protocols without a row of their own. */
static inline int fw_proto_is_generic(const struct fw_proto *proto)
{
	return proto->number == 0;
}

#endif
