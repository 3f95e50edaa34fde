#!/usr/bin/perl
# Conversations by UDP, many and short and few and long:
#
#	talks.pl answer PORT...       tells each packet's sender which port it has
#	talks.pl talk ADDRESS FILE PORT...
#
# Each talk is from a port of its own, to the PORTs in turn. 100 a second are
# asked twice and end; 300 are kept and asked every 15 seconds, and their port,
# as the answer tells it, must stay. 200 packets a second more begin what nobody
# answers, at four ports from 9001 on. FILE always has: all begun, answers,
# talks lost (asked three times in vain), ports that changed.
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(sockaddr_in);
use Time::HiRes qw(sleep time);

use constant { ROUND => 0.02, KEPT => 300, WAIT => 2, TRIES => 3 };

sub answer {
	my @socks = map {
		IO::Socket::INET->new(Proto => 'udp', LocalPort => $_) or die "$_: $!\n"
	} @_;
	my $bits = '';
	vec($bits, fileno $_, 1) = 1 for @socks;
	while (1) {
		select(my $ready = $bits, undef, undef, undef);
		for my $s (@socks) {
			next unless vec($ready, fileno $s, 1);
			my $from = recv($s, my $text, 100, 0) // next;
			my ($port) = sockaddr_in($from);
			send($s, "$port $text", 0, $from);
		}
	}
}

my ($begun, $answers, $lost, $moved, $asked) = (0, 0, 0, 0, 0);
my (%waits, @kept);

sub begin {
	my ($address, $port) = @_;
	$begun++;
	return { sock => IO::Socket::INET->new(Proto => 'udp', Blocking => 0,
			PeerAddr => $address, PeerPort => $port) };
}

sub ask {
	my ($talk) = @_;
	$talk->{sock} or return;
	$talk->{asked} = ++$asked;
	$talk->{since} = time;
	$talk->{tries}++;
	send($talk->{sock}, "$asked", 0);
	$waits{fileno $talk->{sock}} = $talk;
}

# An answer to the last question; older ones do not matter.
sub hear {
	my ($talk) = @_;
	while (defined recv($talk->{sock}, my $text, 100, 0)) {
		my ($port, $asked) = $text =~ /^(\d+) (\d+)$/ or next;
		$asked == $talk->{asked} or next;
		$answers++;
		$moved++ if $talk->{port} && $talk->{port} != $port;
		$talk->{port} = $port;
		$talk->{tries} = 0;
		delete $waits{fileno $talk->{sock}};
		ask($talk) if !$talk->{stays} && !$talk->{again}++;
		return;
	}
}

sub look {
	my $bits = '';
	vec($bits, $_, 1) = 1 for keys %waits;
	return if select($bits, undef, undef, 0) <= 0;
	for my $fd (grep { vec($bits, $_, 1) } keys %waits) {
		hear($waits{$fd});
	}
}

sub look_for_lost {
	for my $talk (values %waits) {
		next if time - $talk->{since} < WAIT;
		if ($talk->{tries} < TRIES) {
			ask($talk);
		} else {
			$lost++;
			delete $waits{fileno $talk->{sock}};
		}
	}
}

sub report {
	my ($file) = @_;
	open my $out, '>', "$file.new" or die "$file: $!\n";
	print $out "$begun $answers $lost $moved\n";
	close $out;
	rename "$file.new", $file;
}

sub talk {
	my ($address, $file, @ports) = @_;
	my $nth = 0;
	for (my $next = time; ; $next += ROUND) {
		my $port = $ports[$nth % @ports];
		ask(begin($address, $port)) for 1 .. 2;
		if (@kept < KEPT) {
			push @kept, begin($address, $port);
			$kept[-1]{stays} = 1;
		}
		my $old = $kept[($nth / 2) % KEPT];
		ask($old) if $old && $nth % 2 == 0 && !$waits{fileno $old->{sock}};
		for (1 .. 4) {
			my $alone = begin($address, 9000 + $_);
			send($alone->{sock}, 'x', 0) if $alone->{sock};
		}
		$nth++;
		look();
		if ($nth % 50 == 0) {
			look_for_lost();
			report($file);
		}
		my $rest = $next + ROUND - time;
		$rest > 0 ? sleep $rest : ($next = time);
	}
}

my $what = shift // '';
if ($what eq 'answer') {
	answer(@ARGV);
} elsif ($what eq 'talk' && @ARGV > 2) {
	talk(@ARGV);
} else {
	die "usage: talks.pl answer PORT... | talk ADDRESS FILE PORT...\n";
}
