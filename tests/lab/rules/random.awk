# Prints ipchains commands by chance: awk -v seed=N -f random.awk

function pick(words,	list) {
	return list[int(rand() * split(words, list, " ")) + 1]
}

function maybe(chance, text) {
	return rand() < chance ? text : ""
}

function address() {
	return maybe(0.15, "! ") pick("10.1.0.2 10.1.0.0/24 192.168.1.0/24 " \
		"192.168.0.0/16 203.0.113.9 203.0.113.201 203.0.113.0/24 " \
		"198.51.100.9 198.51.100.0/24 10.0.0.0/255.0.0.255 0/0")
}

function ports() {
	return " " maybe(0.2, "! ") pick("80 53 1:1023 1024:65535 20:23 113 " \
		"6000:6010 1500 61000:65095 :1023 0:65535")
}

function rule(chain,	proto, text, target) {
	proto = pick("tcp tcp udp udp icmp all all 47")
	text = "ipchains -A " chain maybe(0.8, " -p " proto)
	if (text !~ / -p/)
		proto = "all"
	if (rand() < 0.5)
		text = text " -s " address() \
			(proto ~ /tcp|udp/ ? maybe(0.3, ports()) : "")
	if (rand() < 0.6)
		text = text " -d " address() \
			(proto ~ /tcp|udp/ ? maybe(0.6, ports()) : \
			proto == "icmp" ? maybe(0.3, "") : "")
	if (proto == "icmp" && rand() < 0.3)
		text = text " --icmp-type " pick("echo-request echo-reply " \
			"destination-unreachable")
	if (proto == "tcp" && rand() < 0.3)
		text = text maybe(0.3, " !") " -y"
	text = text maybe(0.5, maybe(0.15, " !") " -i " \
		pick("eth0 eth1 eth2 ppp0 eth+ lo"))
	target = pick(chain == "input" ? "ACCEPT DENY REJECT in RETURN NONE" : \
		chain == "forward" ? "ACCEPT DENY REJECT MASQ MASQ fwd NONE" : \
		chain == "output" ? "ACCEPT DENY REJECT out RETURN NONE" : \
		chain == "fwd" ? "ACCEPT DENY MASQ RETURN" : \
		"ACCEPT DENY REJECT RETURN NONE")
	if (target != "NONE")
		text = text " -j " target
	return text maybe(0.15, " -t " pick("0x01 0xe1 0xff") " " \
		pick("0x00 0x10 0x08")) maybe(0.1, " -m " int(rand() * 9)) \
		maybe(0.1, " -l")
}

BEGIN {
	srand(seed)
	n = split("in fwd out", own, " ")
	for (i = 1; i <= n; i++)
		print "ipchains -N " own[i]
	n = split("input forward output", built_in, " ")
	for (i = 1; i <= n; i++)
		print "ipchains -P " built_in[i] " " \
			pick("ACCEPT ACCEPT ACCEPT DENY REJECT")
	for (i = 0; i < 30; i++)
		print rule(pick("input input forward forward forward output " \
			"in fwd fwd out"))
}
