# Reads layers.txt, bans.txt, then sources; prints "KIND FILE:LINE: what".

function complain(kind, text) {
	print kind " " FILENAME ":" FNR ": " text
}

# Whether the file or room @name stands in the list @places of files and rooms.
function stands_in(name, places,    n, i, place) {
	n = split(places, place, " ")
	for (i = 1; i <= n; i++)
		if (place[i] == "*" || place[i] == name ||
		    index(name, place[i] "/") == 1)
			return 1
	return 0
}

function room_of(file) {
	sub(/\/.*/, "", file)
	return file
}

function may_include(file, header,    room) {
	room = room_of(file)
	if (room_of(header) == room)
		return 1
	return stands_in(header, file in allowed ? allowed[file] : allowed[room])
}

function exists(file,    line, got) {
	got = (getline line < file) >= 0
	close(file)
	return got
}

# The code of a line: without comments, and strings emptied.
function code_of(line,    at) {
	if (in_comment) {
		at = index(line, "*/")
		if (!at)
			return ""
		line = substr(line, at + 2)
		in_comment = 0
	}
	gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
	gsub(/\/\*([^*]|\*[^\/])*\*\//, " ", line)
	at = index(line, "/*")
	if (at) {
		in_comment = 1
		line = substr(line, 1, at - 1)
	}
	return line
}

function check_include(line,    name, own, system_header) {
	system_header = line ~ /</
	name = line
	sub(/^#[ \t]*include[ \t]*[<"]/, "", name)
	sub(/[>"].*/, "", name)
	own = FILENAME
	sub(/\.c$/, ".h", own)
	includes++
	if (!system_header) {
		if (name ~ /\.\./ || !exists(name))
			complain("include", "\"" name "\" does not name its room")
		else if (!may_include(FILENAME, name))
			complain("include", room_of(FILENAME) \
				 " may not include \"" name "\"")
	}
	if (includes == 1 && FILENAME ~ /\.c$/ && name != own && exists(own))
		complain("order", "its own header comes first")
	if (includes == 1 && (name == own || FILENAME ~ /^tests\// && !system_header))
		return # a test's own header is that of what it tests
	if (system_header && ours)
		complain("order", "<" name "> after one of ours")
	if (!system_header && !ours)
		last = ""
	if (last != "" && name < last)
		complain("order", name " after " last)
	ours = ours || !system_header
	last = name
}

function check_calls(code,    call) {
	for (call in banned)
		if (code ~ ("(^|[^A-Za-z0-9_>.])" call "[ \t]*\\(") &&
		    !stands_in(FILENAME, banned[call]))
			complain("ban", call "()")
	if (code ~ /(TODO|FIXME|XXX)/)
		complain("ban", "unfinished")
}

function end_file() {
	if (file ~ /\.h$/ && !guarded)
		print "guard " file ": lacks " guard
	if (lines > 1000)
		print "size " file ": " lines " lines"
}

FILENAME ~ /\.txt$/ {
	if (/^#/ || !NF)
		next
	name = $1
	sub(/:$/, "", name)
	sub(/^[^ \t]+[ \t]*/, "")
	if (FILENAME ~ /layers/)
		allowed[name] = $0
	else
		banned[name] = $0
	next
}

FNR == 1 {
	end_file()
	file = FILENAME
	guard = toupper(file)
	gsub(/[^A-Z0-9]/, "_", guard)
	guarded = includes = ours = in_comment = body = 0
	last = ""
}

{ lines = FNR }
$1 == "#define" && $2 == guard { guarded = 1 }
/^[ \t]*$/ { last = "" } # an empty line separates groups
/^#[ \t]*include/ { check_include($0); next }
/^\{/ { body = FNR }
/^\}/ && body {
	if (FNR - body > 100)
		complain("size", "a function of " FNR - body " lines ends")
	body = 0
}
{ check_calls(code_of($0)) }
END { end_file() }
