#!/usr/bin/perl
# Slow clients: drip.pl ADDRESS:PORT IDLE SLOW SECONDS REPORT
# IDLE connections that say nothing; of SLOW ones every 50th asks for ten megabytes
# (more than the kernel takes) and reads 100 bytes a second; of the others a third each
# sends a header byte a second, stops in its body, sends a body byte a second. From many 127.x addresses. REPORT: "open N" when all stand, at the
# end "end header=… body=… trickle=… reader=… kept=…": how many of each nginx cut, and
# how many of those with half a header, half a body or no eyes it kept beyond 20 s. A
# trickle of a body is not cut (nginx times the gaps): it costs a connection, no worker.
use strict;
use warnings;
use IO::Poll qw(POLLIN POLLHUP POLLERR);
use Socket;
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Time::HiRes qw(time sleep);

my ($place, $idle, $slow, $seconds, $report) = @ARGV;
my ($address, $port) = split /:/, $place;
$SIG{PIPE} = 'IGNORE';
my (@all, %cut);

sub note { open my $f, '>>', $report or die; print {$f} "$_[0]\n"; close $f }

sub connection {
	my ($i, $small) = @_;
	socket my $s, PF_INET, SOCK_STREAM, 0 or return;
	setsockopt $s, SOL_SOCKET, SO_RCVBUF, pack('i', 4096) if $small;
	bind $s, sockaddr_in(0, inet_aton('127.88.' . int($i / 250) . '.' . ($i % 250 + 1))) or return;
	connect $s, sockaddr_in($port, inet_aton($address)) or return;
	fcntl $s, F_SETFL, O_NONBLOCK;
	return $s;
}

for my $i (0 .. $idle - 1) {
	my $s = connection($i) or next;
	push @all, { socket => $s, kind => 'idle' };
}
my $head = "Host: $place\r\nUser-Agent: drip\r\nX-Rest: ";
for my $i (0 .. $slow - 1) {
	my $kind = $i % 50 == 49 ? 'reader' : (qw(header body trickle))[$i % 3];
	my $s = connection($i + 20000, $kind eq 'reader') or next;
	my $text = $kind eq 'header' ? "GET /courses HTTP/1.1\r\n$head"
		: $kind ne 'reader' ? "POST /api/v1/signin HTTP/1.1\r\n${head}x\r\nContent-Length: 1000\r\n\r\n"
		: "GET /citizen/big?size=10485760 HTTP/1.1\r\n${head}x\r\n\r\n";
	syswrite $s, $text;
	push @all, { socket => $s, kind => $kind, began => time };
}
note('open ' . scalar(@all) . ' of ' . ($idle + $slow));
my $end = time + $seconds;
my @slow = grep { $_->{kind} ne 'idle' } @all;
my $limit = time + 20;
my @must = grep { $_->{kind} ne 'trickle' } @slow;

# The connection was reset, whatever is still to be read.
sub hung_up {
	my $poll = IO::Poll->new;
	$poll->mask($_[0] => POLLHUP | POLLERR);
	return $poll->poll(0) > 0;
}

while (time < $end && time < $limit && grep { !$_->{cut} } @must) {
	for my $c (@slow) {
		next if $c->{cut};
		my $data;
		my $reader = $c->{kind} eq 'reader';
		my $n = sysread $c->{socket}, $data, $reader ? 100 : 4096;
		# An answer (408, 400) and the end are both a cut.
		if (defined $n && ($n == 0 || !$reader) || !defined $n && !$!{EAGAIN} || $reader && hung_up($c->{socket})) {
			$c->{cut} = time - $c->{began};
			$cut{ $c->{kind} }++;
			next;
		}
		syswrite $c->{socket}, 'x' if $c->{kind} =~ /header|trickle/;
	}
	sleep 1;
}
my $kept = grep { !$_->{cut} } @must;
my ($longest) = sort { $b <=> $a } map { $_->{cut} // 0 } @must;
note(sprintf 'end header=%d body=%d trickle=%d reader=%d kept=%d longest=%.1fs',
	map({ $cut{$_} // 0 } qw(header body trickle reader)),
	$kept, $longest);
