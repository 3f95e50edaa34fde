# The table of bench/live.sh: medians and quartiles of each figure, and of its
# ratio to MASQUERADE in the same turn; by processor time, to the rules written
# by hand.

function keep(at, v) {
	n[at]++
	value[at, n[at]] = v
}

# The values of @at, sorted, in sorted[1..n].
function sort(at, i, j, t) {
	for (i = 1; i <= n[at]; i++)
		sorted[i] = value[at, i]
	for (i = 2; i <= n[at]; i++)
		for (j = i; j > 1 && sorted[j - 1] > sorted[j]; j--) {
			t = sorted[j]
			sorted[j] = sorted[j - 1]
			sorted[j - 1] = t
		}
}

function median(at) {
	sort(at)
	if (n[at] % 2)
		return sorted[(n[at] + 1) / 2]
	return (sorted[n[at] / 2] + sorted[n[at] / 2 + 1]) / 2
}

# "median [quartile-quartile]", divided by @by.
function spread(at, by, form, m, q) {
	m = median(at)
	q = int((n[at] + 3) / 4)
	return sprintf(form " [" form "-" form "]", m / by, sorted[q] / by,
		       sorted[n[at] + 1 - q] / by)
}

function aim_of(kind, what) {
	if (what == "cpu")
		return kind == "netfilter" ? 0.9 : 0
	if (kind == "exact")
		return what == "new" ? 0 : 0.5
	return kind == "fast" ? (what == "new" ? 1.5 : 1.4) : 0
}

function figure(row, name, v, losses, at) {
	at = row " " name
	if (!(row in seen)) {
		seen[row] = 1
		rows[++nrows] = row
	}
	if (!(name in kinds)) {
		kinds[name] = 1
		kind[++nkinds] = name
	}
	keep(at, v)
	lost[at] += losses
	rate[row, name, ++round[at]] = v
}

{
	figure($1 " " $3 " " $5 " " $4, $2, $6, $8)
	# What runs in a process of its own is not in the sender's time; where
	# 4,096 ports are too few, looking for a free one is most of it.
	if ($1 == "shared" && $5 == "packets" && $4 < 2048 &&
	    $2 != "exact" && $2 != "fast")
		figure($1 " " $3 " cpu " $4, $2, $9, 0)
}

END {
	for (r = 1; r <= nrows; r++) {
		split(rows[r], f, " ")
		if (f[1] " " f[2] != head) {
			head = f[1] " " f[2]
			printf "\n%s, %s rules%26s%22s\n", f[1], f[2],
			       "thousands a second", "times MASQUERADE"
		}
		base = f[3] == "cpu" ? "hand" : "masquerade"
		for (k = 1; k <= nkinds; k++) {
			at = rows[r] " " kind[k]
			if (!(at in n))
				continue
			for (i = 1; i <= n[at]; i++)
				if (rate[rows[r], base, i])
					keep(at " x", value[at, i] / \
					     rate[rows[r], base, i])
			by = at " x"
			ratio = by in n ? spread(by, 1, "%.2f") : ""
			aim = aim_of(kind[k], f[3])
			note = lost[at] ? "  lost " lost[at] : ""
			if (aim)
				note = sprintf("  (aim %.1f)%s%s", aim,
					       median(by) < aim ? "  UNDER" : "", note)
			printf "  %6d %-7s %-11s %18s  %17s%s\n", f[4],
			       f[3], kind[k], spread(at, 1000, "%.0f"), ratio,
			       (f[3] == "cpu" ? " of hand" : "") note
		}
	}
}
