#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# How quickstart and check install what is missing, with package managers that only note what they
# were asked.

load ../lib/fwctl

NEEDS='
sh        shell-a     shell-d    shell-p    shell-w
no-tool   tool-a,more tool-d     tool-p     tool-w
no-lib.   lib-a       lib-d      lib-p      lib-w
'

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	mkdir bin
	for tool in sh awk cat grep head mktemp rm sed sort tail tr; do
		ln -s "$(command -v $tool)" bin
	done
	# Who is asking is root, for the fakes.
	fake id 'echo 0'
}

# fake NAME SCRIPT: a command on the path
fake() {
	printf '#!/bin/sh\necho "%s $*" >> %s/asked\n%s\n' "$1" "$PWD" "$2" > "bin/$1"
	chmod +x "bin/$1"
}

# shellcheck disable=SC2016 # the fakes expand it
# What apt-get and the others do when they install: the tool and the module are there then.
installs='case "$*" in *install*|*add*|*-S*) ln -sf "$(dirname "$0")/sh" "$(dirname "$0")/no-tool"
	printf "#!/bin/sh\n" > "$(dirname "$0")/pkg-config"; chmod +x "$(dirname "$0")/pkg-config";; esac'

needs_install() {
	# shellcheck disable=SC2016 # the inner shell expands it
	PATH=$PWD/bin NEEDS=$NEEDS "$PWD/bin/sh" -c '. "$1"; needs_install "$NEEDS"' sh \
		"$FWCTL_SOURCE/scripts/lib/packages.sh"
}

@test "what is missing is installed, by the name it has there, and nothing else" {
	ln -s "$(command -v dirname)" "$(command -v ln)" "$(command -v chmod)" bin
	while read -r manager words; do
		rm -f asked bin/no-tool bin/pkg-config bin/apt-* bin/dnf bin/apk bin/pacman
		fake "$manager" "$installs"
		[ "$manager" = apt-get ] && fake apt-cache :
		run -0 needs_install
		matches "$(grep "^$manager " asked)" "$words"
		lacks "$(cat asked)" "shell-"
		# And then there is nothing to do any more.
		rm asked
		run -0 needs_install
		same "" "$output"
		fails test -e asked
	done <<-EOF
		apt-get -y .*install .*lib-a more tool-a
		dnf -y install lib-d tool-d
		apk add .*lib-p tool-p
		pacman --noconfirm .*lib-w tool-w
	EOF
}

@test "what no package there brings is not asked for, nor missed" {
	NEEDS='no-unit   unit-a   unit-d   -   unit-w'
	fake apk :
	run -0 needs_install
	same "" "$output"
	fails grep apk asked
}

@test "an index that does not know the packages is refreshed first" {
	ln -s "$(command -v dirname)" "$(command -v ln)" "$(command -v chmod)" bin
	fake apt-get "$installs"
	fake apt-cache 'exit 100'
	run -0 needs_install
	matches "$(grep apt-get asked | head -1)" "update"
	matches "$(grep apt-get asked | tail -1)" "install"
}

@test "when it cannot be installed, what failed is shown and the network is named" {
	fake apt-get 'echo "E: Could not resolve"; exit 100'
	fake apt-cache :
	run -1 needs_install
	matches "$output" "Could not resolve"
	matches "$output" "offline"
}

@test "no package manager: the names of what is missing" {
	run -1 needs_install
	matches "$output" "no-tool no-lib; install them first"
}

@test "who is not root is told to be it once" {
	fake apt-get :
	fake id 'echo 1000'
	run -1 needs_install
	matches "$output" "missing here: lib-a more tool-a"
	matches "$output" "sudo"
	lacks "$(cat asked)" "apt-get"
}
