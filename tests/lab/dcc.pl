# What irssi does in a laboratory: LAB_DCC is "wait", or what is offered to the
# one who waits, "send FILE" or "chat WORD". A word is answered with itself.
use strict;
use warnings;
use Irssi;
use Irssi::Irc;

my ($what, $word) = split / /, $ENV{LAB_DCC};
my $heard = "$ENV{LAB_HOME}/heard";

Irssi::signal_add('event connected', sub {
	$_[0]->send_raw_now('JOIN #lab');
});

# The list of names in the channel has come: offer now.
Irssi::signal_add('event 366', sub {
	return if $what eq 'wait';
	$_[0]->command($what eq 'send' ? "DCC SEND waiting $word" : 'DCC CHAT waiting');
});

Irssi::signal_add('dcc connected', sub {
	my ($dcc) = @_;
	$dcc->{server}->command("MSG =waiting $word")
		if $what eq 'chat' && $dcc->{type} eq 'CHAT';
});

Irssi::signal_add('dcc chat message', sub {
	my ($dcc, $said) = @_;
	open my $fh, '>', "$heard.new" or return;
	print $fh "$said\n";
	close $fh;
	rename "$heard.new", $heard;
	$dcc->{server}->command("MSG =$dcc->{nick} $said") if $what eq 'wait';
});
