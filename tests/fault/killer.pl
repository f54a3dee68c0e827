#!/usr/bin/perl
# killer.pl STATUS-SOCKET SECONDS EVERY_MS SEED: kills a random web worker every so
# often (kill -9). Prints for each how many milliseconds later the pool was full again
# with a new one in it; "none" when it was not within five seconds.
use strict;
use warnings;
use IO::Socket::UNIX;
use JSON::PP;
use Time::HiRes qw(time sleep);

my ($path, $seconds, $every, $seed) = @ARGV;
srand $seed;
$| = 1;

sub workers {
	my $s = IO::Socket::UNIX->new(Peer => $path) or return;
	print {$s} "GET /status HTTP/1.0\r\n\r\n";
	local $/;
	my $text = <$s> // '';
	$text =~ s/^.*?\r\n\r\n//s;
	my $status = eval { decode_json($text) } or return;
	return map { $_->{pid} } grep { $_->{pool} eq 'web' && $_->{state} =~ /^(idle|busy)$/ } @{ $status->{workers} };
}

my $full = () = workers();
my $end = time + $seconds;
my $next = time;
while (time < $end) {
	$next += $every / 1000;
	my @now = workers();
	my $victim = $now[rand @now] or next;
	kill 'KILL', $victim or next;
	my $killed = time;
	my $back;
	while (time < $killed + 5) {
		my @after = workers();
		if (@after >= $full && !grep { $_ == $victim } @after) {
			$back = time - $killed;
			last;
		}
		sleep 0.003;
	}
	print defined $back ? int($back * 1000) : 'none', "\n";
	sleep $next - time if $next > time;
	$next = time if $next < time;
}
