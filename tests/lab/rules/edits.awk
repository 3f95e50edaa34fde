# Prints changes of rules by chance, one at a time, those of others among them:
# awk -v seed=N -v changes=N -f edits.awk

function pick(words,	list) {
	return list[int(rand() * split(words, list, " ")) + 1]
}

function maybe(chance, text) {
	return rand() < chance ? text : ""
}

function rule(chain) {
	return maybe(0.7, " -p tcp") " -s 10." int(rand() * 9) ".0.0/16" \
		maybe(0.2, " -i " pick("eth0 lo eth+")) \
		maybe(0.1, " -t 0x01 0x10") maybe(0.1, " -l") " -j " \
		pick(chain == "forward" ? "ACCEPT DENY REJECT MASQ own" : \
			chain == "own" ? "ACCEPT DENY RETURN" : \
			"ACCEPT ACCEPT DENY REJECT RETURN own")
}

# A number of a rule that may be there.
function number() {
	return int(rand() * 6) + 1
}

function ours(	chain, how) {
	chain = pick("input input input forward output own own")
	how = pick("A A A A I I I R D D P F Z X")
	if (how == "A")
		return "-A " chain rule(chain)
	if (how == "I" || how == "R")
		return "-" how " " chain " " number() rule(chain)
	if (how == "D")
		return "-D " chain " " number()
	if (how == "P")
		return "-P " pick("input forward output") " " \
			pick("ACCEPT ACCEPT DENY REJECT")
	if (how == "X")
		return pick("-N -X") " " pick("own more")
	return "-" how " " chain
}

# Chains of others come before ours and behind them, and lead to each other.
function theirs(	table, chain) {
	table = pick("mangle filter")
	chain = pick("FORWARD OUTPUT aaa zzz zzz")
	return "-w -t " table " " pick("-A -A -I -D") " " chain \
		" -d 9.9.9." int(rand() * 3) \
		pick(chain == "zzz" ? ":: -j:ACCEPT -j:RETURN" : \
			chain == "aaa" ? ":: -j:zzz -g:zzz -j:DROP" : \
			":: -j:aaa -j:zzz -g:aaa -j:DROP")
}

BEGIN {
	srand(seed)
	print "ipchains -N own"
	print "ipchains -A input -j own"
	for (i = 0; i < 4; i++)
		print "iptables-legacy -w -t " (i % 2 ? "mangle" : "filter") \
			" -N " (i < 2 ? "aaa" : "zzz")
	for (i = 0; i < changes; i++) {
		line = rand() < 0.75 ? "ipchains " ours() \
				     : "iptables-legacy " theirs()
		gsub(/:+/, " ", line)
		print line
	}
}
