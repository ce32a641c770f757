# shellcheck shell=sh
# shellcheck disable=SC2034 # the lists are for those who source this
# SPDX-License-Identifier: GPL-2.0-or-later
# What must be installed, and how it is called where. To be sourced.

# One row a need: how to see that it is there (a command, or a pkg-config module before a dot),
# and the packages that bring it with apt, dnf, apk and pacman; "-" where none is needed.
build_needs='
cc              gcc,libc6-dev               gcc                             gcc,musl-dev,linux-headers   gcc
make            make                        make                            make                         make
autoreconf      autoconf                    autoconf                        autoconf                     autoconf
automake        automake                    automake                        automake                     automake
pkg-config      pkg-config                  pkgconf-pkg-config              pkgconf                      pkgconf
libmnl.         libmnl-dev                  libmnl-devel                    libmnl-dev                   libmnl
libnetfilter_conntrack. libnetfilter-conntrack-dev libnetfilter_conntrack-devel libnetfilter_conntrack-dev libnetfilter_conntrack
libnftnl.       libnftnl-dev                libnftnl-devel                  libnftnl-dev                 libnftnl
smartcols.      libsmartcols-dev            libsmartcols-devel              util-linux-dev               util-linux-libs
libcap-ng.      libcap-ng-dev               libcap-ng-devel                 libcap-ng-dev                libcap-ng
jansson.        libjansson-dev              jansson-devel                   jansson-dev                  jansson
ncursesw.       libncurses-dev              ncurses-devel                   ncurses-dev                  ncurses
'
show_needs='
ip              iproute2                    iproute                         iproute2                     iproute2
nc              netcat-openbsd              nmap-ncat                       netcat-openbsd               openbsd-netcat
unshare         util-linux                  util-linux                      util-linux-misc              util-linux
nsenter         util-linux                  util-linux                      util-linux-misc              util-linux
awk             mawk                        gawk                            gawk                         gawk
'
check_needs='
bash            bash                        bash                            bash                         bash
bats            bats                        bats                            bats                         bash-bats
clang           clang                       clang                           clang                        clang
cmocka.         libcmocka-dev               libcmocka-devel                 cmocka-dev                   cmocka
conntrack       conntrack                   conntrack-tools                 conntrack-tools              conntrack-tools
jq              jq                          jq                              jq                           jq
mandoc          mandoc                      mandoc                          mandoc                       mandoc
nft             nftables                    nftables                        nftables                     nftables
ping            iputils-ping                iputils                         iputils-ping                 iputils
python3         python3                     python3                         python3                      python
script          bsdutils                    /usr/bin/script                 util-linux-misc              util-linux
setpriv         util-linux                  util-linux                      setpriv                      util-linux
shellcheck      shellcheck                  ShellCheck                      shellcheck                   shellcheck
ssh             openssh-client              openssh-clients                 openssh-client               openssh
strace          strace                      strace                          strace                       strace
systemd-analyze systemd                     systemd                         -                            systemd
tmux            tmux                        tmux                            tmux                         tmux
ufw             ufw                         ufw                             ufw                          ufw
valgrind        valgrind,libc6-dbg          valgrind                        valgrind                     valgrind
xmllint         libxml2-utils               libxml2                         libxml2-utils                libxml2
xz              xz-utils                    xz                              xz                           xz
'

# Not everywhere a package of its own: some clang brings it. To be asked for when clang is there.
clang_needs='
clang-asan      libclang-rt-dev             compiler-rt                     compiler-rt                  compiler-rt
'

# package_manager: apt, dnf, apk or pacman; fails when there is none of them.
package_manager() {
	if command -v apt-get > /dev/null; then
		echo apt
	elif command -v dnf > /dev/null; then
		echo dnf
	elif command -v apk > /dev/null; then
		echo apk
	elif command -v pacman > /dev/null; then
		echo pacman
	else
		return 1
	fi
}

# is_there WHAT: the command or pkg-config module of a row. Of nc and unshare there are several
# kinds, and not all of them can do what is asked of them here. clang-asan is a library of clang's.
is_there() {
	case $1 in
	*.) pkg-config --exists "${1%.}" 2> /dev/null ;;
	nc) nc -h 2>&1 | grep -Eq 'OpenBSD|Ncat' ;;
	unshare) unshare --help 2>&1 | grep -q kill-child ;;
	clang-asan) echo 'int main(void) { return 0; }' |
		clang -fsanitize=address -x c -o /dev/null - 2> /dev/null ;;
	*) command -v "$1" > /dev/null ;;
	esac
}

# is_for_others ROW: whether it says "-" for the package manager of this machine.
is_for_others() {
	row_manager=$(package_manager) && [ "$(echo "$1" | packages_of "$row_manager")" = - ]
}

# needs_missing NEEDS: its rows whose command or module is not there and could be.
needs_missing() {
	echo "$1" | while read -r what packages; do
		[ -z "$what" ] || is_there "$what" || is_for_others "$what $packages" ||
			echo "$what $packages"
	done
}

# packages_of MANAGER: of the rows on stdin the names in that manager's column.
packages_of() {
	case $1 in
	apt) column=2 ;;
	dnf) column=3 ;;
	apk) column=4 ;;
	pacman) column=5 ;;
	esac
	while read -r row; do
		# shellcheck disable=SC2086 # a row is words
		set -- $row
		eval "echo \"\${$column}\""
	done | tr , '\n' | sort -u
}

# packages_install MANAGER PACKAGE...: without questions; refreshes the index first where it is
# missing or does not know them.
packages_install() {
	manager=$1
	shift
	case $manager in
	apt)
		export DEBIAN_FRONTEND=noninteractive
		apt-cache show "$@" > /dev/null 2>&1 || apt-get -q update || return
		apt-get -q -y --no-install-recommends install "$@" ||
			{ apt-get -q update && apt-get -q -y --no-install-recommends install "$@"; }
		;;
	dnf) dnf -q -y install "$@" ;;
	apk) apk add --no-progress --update-cache "$@" ;;
	pacman) pacman -Sy --noconfirm --needed "$@" ;;
	esac
}

# needs_install NEEDS: installs what is missing and nothing else. Says what on stderr.
needs_install() {
	missing=$(needs_missing "$1")
	[ -n "$missing" ] || return 0
	words=$(echo "$missing" | while read -r what _; do printf ' %s' "${what%.}"; done)
	if ! manager=$(package_manager); then
		echo "missing here:$words; install them first (no apt, dnf, apk or pacman was found)" >&2
		return 1
	fi
	packages=$(echo "$missing" | packages_of "$manager" | tr '\n' ' ')
	if [ "$(id -u)" -ne 0 ]; then
		echo "missing here: $packages; installing needs root: run it once with sudo" >&2
		return 1
	fi
	echo "Installing with $manager: $packages" >&2
	log=$(mktemp) || return
	# shellcheck disable=SC2086 # one word a package
	if ! packages_install "$manager" $packages > "$log" 2>&1 < /dev/null; then
		tail -n 15 "$log" >&2
		rm -f "$log"
		echo "$manager could not install: $packages; is this machine offline?" >&2
		return 1
	fi
	rm -f "$log"
	missing=$(needs_missing "$1")
	[ -z "$missing" ] && return
	echo "still missing after the installation: $missing" >&2
	return 1
}
