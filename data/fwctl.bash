# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of fwctl for bash. It knows no option by name: each program says with --list-options
# what it takes ("--family ipv4|ipv6"), and `fwctl --help` lists the programs.

# The commands there are, one a line.
_fwctl_commands() {
	"$1" --help 2> /dev/null | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z0-9-]*\) .*/\1/p'
}

# _fwctl_values OPTION: the words that its value is one of, from the options on stdin.
_fwctl_values() {
	sed -n "s/^$1 \([a-z0-9|-]*\)\$/\1/p" | tr '|' '\n'
}

_fwctl() {
	local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local -a command=()
	local i options words

	# --sport=53 comes as three words; what is completed then is the last one.
	if [ "$word" = = ]; then
		word=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	# The command, and its verb when it has verbs: the first words that are neither options of
	# fwctl nor the value of --netns.
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--netns) [ "${COMP_WORDS[i + 1]}" = = ] && i=$((i + 1)); i=$((i + 1)) ;;
		-*) [ ${#command[@]} -gt 0 ] && break ;;
		*) command+=("${COMP_WORDS[i]}") ;;
		esac
		[ ${#command[@]} -eq 2 ] && break
	done

	if [ ${#command[@]} -eq 0 ]; then
		options=$("$program" --list-options 2> /dev/null)
		words=$(_fwctl_commands "$program")
	else
		options=$("$program" "${command[@]}" --list-options 2> /dev/null) ||
			options=$("$program" "${command[0]}" --list-options 2> /dev/null)
		words=$(_fwctl_values "$before" <<< "$options")
		[ -n "$words" ] || words=$(sed -n 's/^\([a-z][a-z0-9-]*\)$/\1/p' <<< "$options")
	fi
	[[ $word != -* ]] || words="$(sed -n 's/^\(--[a-z0-9-]*\).*/\1/p' <<< "$options") --help --version"
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o default -F _fwctl fwctl
