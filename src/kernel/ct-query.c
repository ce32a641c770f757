/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwctl/kernel/ct-query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "fwctl/kernel/attr.h"
#include "fwctl/kernel/ct-decode.h"
#include "fwctl/kernel/ct-encode.h"
#include "fwctl/kernel/ring.h"
#include "fwctl/kernel/socket.h"
#include "fwctl/kernel/sysctl.h"

/*
 * The kernel fills a dump read up to 32 KiB if the buffer of the read before was that large. A few
 * of them are enough to keep both threads busy.
 */
#define SLOT_SIZE (32 * 1024)
#define SLOTS     16

#define ASKED "reading the connection table"

/* What the caller's thread works with. */
struct work {
	struct fw_ct_decoder decoder;
	const struct fw_filter *filter;
	fw_flow_fn *take;
	void *context;
	bool stopped; /* `take` wants no more */
	bool found;   /* a single flow */
	bool damaged; /* there was a message without a flow in it */
};

/* One dump: its socket, the thread that reads it, and what is on the way from there. */
struct dump {
	struct fw_socket socket;
	struct fw_answer answer;
	struct fw_ring ring;
	pthread_t thread;
	struct fw_err receive_err; /* of the receiving thread; looked at after it has ended */
	bool threaded;             /* the thread runs */
	bool done;                 /* the end of the answer was seen */
};

/* ---- what came ------------------------------------------------------------------------------- */

static int work_on_flow(const struct nlmsghdr *message, void *data)
{
	struct work *work = data;
	struct fw_flow flow;

	if (fw_ct_decode(&work->decoder, message, &flow) < 0) {
		work->damaged = true;
		return 0;
	}
	if (!fw_filter_match(work->filter, &flow))
		return 0;
	if (!work->take(work->context, &flow))
		return 0;
	work->stopped = true;
	return -1;
}

/* ---- one dump -------------------------------------------------------------------------------- */

static bool ends_dump(const void *bytes, size_t size)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)size;

	for (; fw_message_fits(message, left); message = mnl_nlmsg_next(message, &left))
		if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
			return true;
	return false;
}

/* Receives one part into the ring. False when it was the last one, or none is wanted or to be had.
 */
static bool receive_part(struct dump *dump)
{
	char *slot = fw_ring_slot(&dump->ring);
	ssize_t length;

	if (!slot)
		return false;
	length = fw_socket_receive(&dump->socket, slot, SLOT_SIZE, 0, &dump->receive_err);
	if (length < 0)
		return false;
	fw_ring_give(&dump->ring, (size_t)length);
	return !ends_dump(slot, (size_t)length);
}

static void *receive(void *context)
{
	struct dump *dump = context;

	while (receive_part(dump))
		;
	fw_ring_close(&dump->ring);
	return NULL;
}

/* Signals are for the main thread: a mask is inherited when a thread begins. */
static int start_thread(struct dump *dump, struct fw_err *err)
{
	sigset_t all, before;
	int failed;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&dump->thread, NULL, receive, dump);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	dump->threaded = !failed;
	return failed ? fw_err_sys(err, failed, "starting a thread") : 0;
}

static int send_request(struct dump *dump, struct nlmsghdr *request, struct work *work,
			struct fw_err *err)
{
	if (fw_socket_open(&dump->socket, 0, err) < 0)
		return -1;
	request->nlmsg_seq = ++dump->socket.seq;
	dump->answer = (struct fw_answer){
		.seq = request->nlmsg_seq, .what = ASKED, .fn = work_on_flow, .data = work
	};
	if (!fw_socket_send(&dump->socket, request, request->nlmsg_len, ASKED, err))
		return 0;
	fw_socket_close(&dump->socket);
	return -1;
}

static int dump_start(struct dump *dump, struct nlmsghdr *request, struct work *work,
		      struct fw_err *err)
{
	memset(dump, 0, sizeof(*dump));
	if (send_request(dump, request, work, err) < 0)
		return -1;
	fw_ring_init(&dump->ring, SLOTS, SLOT_SIZE);
	/* A small table is one part, for which no thread is worth its start. */
	if (!receive_part(dump)) {
		fw_ring_close(&dump->ring);
		return 0;
	}
	if (!start_thread(dump, err))
		return 0;
	fw_ring_free(&dump->ring);
	fw_socket_close(&dump->socket);
	return -1;
}

/* Works on all that the dump brings. -1 with `err` set, or when `take` ended it. */
static int dump_drain(struct dump *dump, struct fw_err *err)
{
	size_t length;
	int result = 0;
	char *slot;

	while (!result && (slot = fw_ring_take(&dump->ring, &length))) {
		result = fw_answer_read(&dump->socket, slot, length, &dump->answer, err);
		fw_ring_release(&dump->ring);
	}
	dump->done = result > 0;
	/* Not what the kernel said, but that it cannot be understood. */
	if (result < 0 && err->kind == FW_ERR_FAILED && !err->sys)
		err->kind = FW_ERR_INCOMPLETE;
	return result < 0 ? -1 : 0;
}

/* Ends the thread. When it failed and nothing else did, that is the error. */
static int dump_stop(struct dump *dump, int result, struct fw_err *err)
{
	fw_ring_abandon(&dump->ring);
	if (dump->threaded)
		pthread_join(dump->thread, NULL);
	if (!result && !dump->done) {
		result = fw_err_set(err, FW_ERR_INCOMPLETE, "%s",
				    dump->receive_err.what ? dump->receive_err.what
							   : ASKED ": the answer has no end");
		if (dump->receive_err.hint)
			fw_err_hint(err, "%s", dump->receive_err.hint);
	}
	fw_err_free(&dump->receive_err);
	fw_ring_free(&dump->ring);
	fw_socket_close(&dump->socket);
	return result;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* The number of hash buckets, or 0 when it cannot be read: a resize moves flows under the walk. */
static uint64_t read_buckets(void)
{
	uint64_t buckets = 0;

	fw_sysctl_read("nf_conntrack_buckets", &buckets);
	return buckets;
}

static int changed_shape(struct fw_err *err)
{
	fw_err_set(err, FW_ERR_INCOMPLETE,
		   "the connection table changed its shape while it was read: flows may be missing "
		   "or doubled");
	return fw_err_hint(err, "run it again");
}

/*
 * The kernel compares tuple fields only within one family. So when the filter names such fields
 * and no family, there are two dumps, which run side by side.
 */
static int dump_narrow(struct work *work, const struct fw_ct_query *query,
		       const struct fw_filter *narrow, struct fw_err *err)
{
	static const uint8_t families[] = { FW_FAMILY_IPV4, FW_FAMILY_IPV6 };
	unsigned int count = fw_ct_needs_family(narrow, query->table) ? 2 : 1, started, i;
	char buffer[FW_CT_REQUEST_SIZE] __attribute__((aligned(8)));
	uint64_t buckets = read_buckets();
	bool interrupted = false;
	struct dump dumps[2];
	int result = 0;

	for (started = 0; started < count && !result; started += !result)
		result = dump_start(&dumps[started],
				    fw_ct_dump_request(buffer, narrow, query->table,
						       count == 2 ? families[started] : 0,
						       query->zero),
				    work, err);
	for (i = 0; i < started; i++) {
		if (!result)
			result = dump_drain(&dumps[i], err);
		interrupted |= dumps[i].answer.interrupted;
		result = dump_stop(&dumps[i], result, err);
	}
	if (result)
		return work->stopped ? 0 : -1;
	if (work->damaged)
		return fw_err_set(err, FW_ERR_INCOMPLETE,
				  ASKED ": there is a flow that cannot be understood");
	return interrupted || buckets != read_buckets() ? changed_shape(err) : 0;
}

/*
 * A value that the kernel keeps no flows of, as most types of ICMP, is invalid to it before it has
 * looked at any flow. Asked for everything it says nothing of the kind.
 */
static int dump_table(struct work *work, const struct fw_ct_query *query, struct fw_err *err)
{
	const struct fw_filter everything = { 0 };
	int result = dump_narrow(work, query, query->filter, err);

	/* Reading everything would reset the counters of everything. */
	if (!result || err->sys != EINVAL || query->zero)
		return result;
	fw_err_free(err);
	return dump_narrow(work, query, &everything, err);
}

/* ---- the single flow ---------------------------------------------------------------------------
 */

/* The kernel counts its own look-up as one more user of the flow. */
static int take_found(void *context, const struct fw_flow *flow)
{
	struct work *work = context;
	struct fw_flow found = *flow;

	work->found = true;
	found.use -= found.use > 1;
	return work->take(work->context, &found);
}

static int get_flow(struct work *work, struct nlmsghdr *request, struct fw_err *err)
{
	struct work finder = { .decoder = work->decoder,
			       .filter = work->filter,
			       .take = take_found,
			       .context = work };
	struct fw_socket socket;
	int result;

	if (fw_socket_open(&socket, 0, err) < 0)
		return -1;
	request->nlmsg_seq = ++socket.seq;
	result = fw_socket_request(&socket, request, ASKED, work_on_flow, &finder, NULL, err);
	fw_socket_close(&socket);
	if (finder.damaged)
		return fw_err_set(err, FW_ERR_INCOMPLETE, ASKED ": the flow cannot be understood");
	if (!result || finder.stopped)
		return 0;
	/* EINVAL: of such a tuple the kernel keeps no flow. */
	if (err->sys != ENOENT && err->sys != EINVAL)
		return -1;
	/* No such flow is an empty list. */
	fw_err_free(err);
	return 0;
}

int fw_ct_find(const struct fw_flow *like, fw_flow_fn *take, void *context, struct fw_err *err)
{
	const struct fw_filter all = { 0 };
	struct work work = { .filter = &all, .take = take, .context = context };
	char buffer[FW_CT_IDENTITY_SIZE] __attribute__((aligned(8))) = { 0 };
	struct fw_socket nobody = { 0 };
	struct nlmsghdr *request = fw_message_begin(
		&nobody, buffer, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0, like->family);

	fw_ct_decoder_init(&work.decoder);
	fw_ct_put_tuple(request, CTA_TUPLE_ORIG, &like->orig, like->proto, like->family);
	if (like->present >> FW_FLOW_ZONE & 1)
		mnl_attr_put_u16(request, CTA_ZONE, htons(like->zone));
	return get_flow(&work, request, err);
}

int fw_ct_each(const struct fw_ct_query *query, fw_flow_fn *take, void *context, struct fw_err *err)
{
	struct work work = { .filter = query->filter, .take = take, .context = context };
	struct nlmsghdr *request = NULL;
	char buffer[FW_CT_REQUEST_SIZE] __attribute__((aligned(8)));
	uint16_t zone = 0;
	int result;

	fw_ct_decoder_init(&work.decoder);
	work.decoder.stamp = query->filter->stamp;
	if (query->table == FW_TABLE_CONNTRACK && !query->zero)
		request = fw_ct_get_request(buffer, query->filter, &zone);
	if (!request || (!zone && query->zones == FW_ZONES_ALL))
		return dump_table(&work, query, err);
	result = get_flow(&work, request, err);
	if (result || work.found || zone || query->zones == FW_ZONES_ZERO)
		return result;
	return dump_table(&work, query, err);
}
