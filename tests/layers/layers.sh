#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Calls go down the layers only. Reads the object files of the build directory (the current one)
# with nm, and the #include lines of the sources in $srcdir; then plants violations of its own
# and wants each of them found. Prints TAP.
set -u
: "${srcdir:=.}" "${CC:=cc}" "${NM:=nm}"
export LC_ALL=C

tests=0
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# report STATUS TEXT: one TAP line.
report() {
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
	fi
}

# layer_of in awk: src/kernel/x.o is of "kernel", extensions/x.o of "extensions", src/fwctl-x.o of
# "program".
layer_of='
function layer_of(path) {
	if (match(path, /(^|\/)extensions\//)) return "extensions"
	if (match(path, /(^|\/)src\/fwctl[^\/]*$/)) return "program"
	if (match(path, /(^|\/)(src|include\/fwctl)\/[a-z]+\//)) {
		path = substr(path, RSTART, RLENGTH - 1)
		sub(/.*\//, "", path)
		return path
	}
	return "unknown"
}'

# The libraries that only one layer may know, as a pattern of symbols and one of headers.
library_of='
function library_of(name) {
	if (name ~ /^(mnl|nfct|nfexp|nftnl)_|^lib(mnl|netfilter_conntrack|nftnl)\//) return "netlink-library"
	if (name ~ /^scols_|^libsmartcols/) return "table-library"
	return ""
}'

# uses_in_objects DIR: a line "FROM TO WHERE WHAT" for each symbol that an object of one layer
# takes from another, or from a library that belongs to one layer.
uses_in_objects() {
	find "$1/src" "$1/extensions" -name '*.o' 2>/dev/null | sort | while read -r object; do
		"$NM" -P "$object" | sed "s|^|$object |"
	done | awk "$layer_of $library_of"'
		$3 ~ /^[A-TV-Z]$/ { owner[$2] = layer_of($1) }
		$3 ~ /^[Uvw]$/ { user[++n] = $1; symbol[n] = $2 }
		END {
			for (i = 1; i <= n; i++) {
				to = symbol[i] in owner ? owner[symbol[i]] : library_of(symbol[i])
				if (to != "")
					print layer_of(user[i]), to, user[i], symbol[i]
			}
		}'
}

# uses_in_sources DIR: the same for each #include of a header of fwctl or of such a library.
uses_in_sources() {
	find "$1/src" "$1/include" "$1/extensions" -name '*.[ch]' 2>/dev/null | sort | while read -r file; do
		sed -n 's|^#[[:blank:]]*include[[:blank:]]*["<]\([^">]*\)[">].*|\1|p' "$file" |
			sed "s|^|$file |"
	done | awk "$layer_of $library_of"'
		{
			to = library_of($2)
			if ($2 ~ /^(fwctl|extensions)\//)
				to = layer_of($2 ~ /^fwctl/ ? "include/" $2 : $2)
			if (to != "")
				print layer_of($1), to, $1, $2
		}'
}

# forbidden: of the uses on stdin those that do not go down.
forbidden() {
	awk '
		BEGIN {
			may["base"] = " base "
			may["model"] = " base model "
			may["extensions"] = " base model extensions "
			may["policy"] = " base model policy "
			may["kernel"] = " base model extensions kernel netlink-library "
			may["format"] = " base model format table-library "
			may["cli"] = " base model extensions policy kernel format cli "
			may["program"] = " base model extensions policy kernel format cli program "
		}
		!index(may[$1], " " $2 " ") { print "# " $3 ": " $1 " must not use " $4 " of " $2 }'
}

# none_forbidden KIND TREE TEXT: the uses of TREE are many, and none of them is forbidden.
none_forbidden() {
	uses_in_"$1" "$2" > "$work/uses"
	forbidden < "$work/uses" > "$work/found"
	cat "$work/found"
	[ "$(wc -l < "$work/uses")" -ge 20 ] && ! [ -s "$work/found" ]
	report $? "$3"
}

# path_in LAYER: where a file of that layer lies.
path_in() {
	case $1 in
	extensions) echo extensions/planted ;;
	program) echo src/fwctl-planted ;;
	*) echo "src/$1/planted" ;;
	esac
}

# plant FROM TO: a tree in which a file of FROM calls a function of one of TO and includes its
# header.
plant() {
	tree=$work/tree
	rm -rf "$tree"
	mkdir -p "$tree/$(dirname "$(path_in "$1")")" "$tree/$(dirname "$(path_in "$2")")"
	callee=$tree/$(path_in "$2")-callee caller=$tree/$(path_in "$1")-caller
	if [ "$2" = netlink-library ]; then
		callee=$tree/library
		name=mnl_planted header=libmnl/libmnl.h
	elif [ "$2" = extensions ]; then
		name=fw_protos header=extensions/planted.h
	else
		name=fw_planted header=fwctl/$2/planted.h
	fi
	printf 'int %s(void);\nint %s(void) { return 0; }\n' "$name" "$name" > "$callee.c"
	printf '#if 0\n#include "%s"\n#endif\nint %s(void);\nint caller(void);\nint caller(void) { return %s(); }\n' \
		"$header" "$name" "$name" > "$caller.c"
	(cd "$(dirname "$callee")" && $CC -c "$callee.c" && cd "$(dirname "$caller")" && $CC -c "$caller.c")
}

# planted FROM TO found|allowed: what the readers say about such a tree.
planted() {
	plant "$1" "$2"
	for kind in objects sources; do
		uses_in_$kind "$tree" | forbidden > "$work/found"
		if [ "$3" = found ]; then
			[ "$(wc -l < "$work/found")" -eq 1 ]
		else
			uses_in_$kind "$tree" | grep -q . && ! [ -s "$work/found" ]
		fi
		report $? "a use of $2 by $1 in $kind is $3"
	done
}

none_forbidden objects . "objects call down the layers only"
none_forbidden sources "$srcdir" "sources include headers of layers below only"

while read -r from to verdict; do
	planted "$from" "$to" "$verdict"
done <<EOF
base model found
model extensions found
model netlink-library found
extensions kernel found
policy kernel found
policy format found
policy netlink-library found
kernel format found
format kernel found
kernel cli found
cli program found
policy model allowed
kernel extensions allowed
kernel netlink-library allowed
program cli allowed
EOF

echo "1..$tests"
