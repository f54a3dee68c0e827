#!/usr/bin/perl
# A FastCGI peer for the system tests.
#   fcgi.pl SOCKET NAME=value …      one request; prints what the worker answers
#   fcgi.pl --late SOCKET MS BYTES NAME=value …  a form of that many bytes, of which the
#                                    end comes so many milliseconds after the rest, as
#                                    from a web server that waits for the processor
#   fcgi.pl --bad SOCKET COUNT SEED  COUNT malformed or mutated streams; prints
#                                    "sent N answered N slowest MS"
#   fcgi.pl --as UID …               becomes that user first
use strict;
use warnings;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

if (@ARGV > 1 && $ARGV[0] eq '--as') {
	shift;
	my $uid = shift;
	$) = "$uid $uid";
	$( = $uid;
	($<, $>) = ($uid, $uid);
}

sub record {
	my ($type, $content, %o) = @_;
	return pack('CCnnCC', $o{version} // 1, $type, $o{id} // 1, $o{length} // length $content,
		$o{padding} // 0, 0) . $content;
}

sub size { my $n = shift; return $n < 128 ? pack('C', $n) : pack('N', $n | 0x80000000) }

sub params {
	my $text = '';
	while (@_) {
		my ($name, $value) = splice @_, 0, 2;
		$text .= size(length $name) . size(length $value) . $name . $value;
	}
	return $text;
}

my @usual = (REQUEST_METHOD => 'GET', DOCUMENT_URI => '/citizen/hello', REQUEST_URI => '/citizen/hello',
	SCRIPT_NAME => '/citizen/hello', QUERY_STRING => '', SERVER_PROTOCOL => 'HTTP/1.1',
	HTTP_HOST => '127.0.0.1', REMOTE_ADDR => '127.0.0.1', SERVER_NAME => 'localhost',
	REQUEST_ID => '0123456789abcdef0123456789abcdef');

sub request { return record(1, pack('nCx5', 1, 0)) . record(4, params(@_)) . record(4, '') . record(5, '') }

sub talk {
	my ($path, $data, $wait, $half_close) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $path) or return (undef, 0);
	my $began = time;
	my $answer = '';
	local $SIG{PIPE} = 'IGNORE';
	local $SIG{ALRM} = sub { die "late\n" };
	eval {
		alarm($wait);
		$socket->syswrite($data) if length $data;
		shutdown $socket, 1 if $half_close;
		1 while $socket->sysread($answer, 65536, length $answer);
		alarm(0);
	};
	alarm(0);
	return ($@ ? undef : $answer, time - $began);
}

# The standard output of an answer.
sub output {
	my ($data) = @_;
	my $text = '';
	while (length $data >= 8) {
		my (undef, $type, undef, $length, $padding) = unpack 'CCnnC', $data;
		$text .= substr $data, 8, $length if $type == 6;
		return $text if $type == 3;
		$data = substr $data, 8 + $length + $padding;
	}
	return $text;
}

if ($ARGV[0] eq '--late') {
	(undef, my $path, my $ms, my $bytes) = splice @ARGV, 0, 4;
	my %given = (@usual, REQUEST_METHOD => 'POST', CONTENT_TYPE => 'application/x-www-form-urlencoded',
		CONTENT_LENGTH => $bytes, map { split /=/, $_, 2 } @ARGV);
	local $SIG{PIPE} = 'IGNORE';
	my $socket = IO::Socket::UNIX->new(Peer => $path) or exit 3;
	my $body = 'text=' . 'u' x ($bytes - 5);
	my $begin = record(1, pack('nCx5', 1, 0)) . record(4, params(%given)) . record(4, '');
	$begin .= record(5, $_) for unpack '(a32768)*', $body;
	$socket->syswrite($begin) == length $begin or exit 4;
	select undef, undef, undef, $ms / 1000;
	# nginx gives up, with a 502, when this breaks.
	defined $socket->syswrite(record(5, '')) or exit 5;
	my $answer = '';
	1 while $socket->sysread($answer, 65536, length $answer);
	print output($answer);
	exit(length $answer ? 0 : 3);
}

if ($ARGV[0] ne '--bad') {
	my $path = shift;
	my %given = @usual;
	for (@ARGV) {
		my ($name, $value) = split /=/, $_, 2;
		$given{$name} = $value;
	}
	my ($answer) = talk($path, request(%given), 20);
	exit 3 unless defined $answer && length $answer;
	print output($answer);
	exit 0;
}

my (undef, $path, $count, $seed) = @ARGV;
srand $seed;
my $begin = record(1, pack('nCx5', 1, 0));
my $good = request(@usual);
my @fixed = (
	'', "GET / HTTP/1.0\r\n\r\n", "\0" x 64, "\xff" x 64, substr($good, 0, 5), substr($good, 0, 30),
	# management: ask for values, unknown type, before and after the beginning
	record(9, params(FCGI_MAX_CONNS => '', FCGI_MAX_REQS => ''), id => 0),
	record(9, 'x' x 60000, id => 0), record(11, 'x' x 8, id => 0),
	$begin . record(9, params(FCGI_MPXS_CONNS => ''), id => 0) . substr($good, length $begin),
	$good . record(9, params(FCGI_MPXS_CONNS => ''), id => 0),
	record(1, pack('nCx5', 1, 0), id => 0), record(1, pack('nCx5', 1, 0), version => 2),
	record(1, pack('nCx5', 2, 0)), record(1, pack('nCx5', 3, 0)), record(1, pack('nCx5', 9, 0)),
	record(1, 'x'), record(4, params(@usual)), record(5, 'body first'),
	$begin . $begin . $good, $begin . record(2, ''), $begin . record(8, 'data'),
	$begin . record(4, pack('NN', 0xffffffff, 0xffffffff)) . record(4, ''),
	$begin . record(4, pack('NN', 0xffffffff, 0x80000000)) . record(4, ''),
	$begin . record(4, pack('NN', 0x80010000, 0x80000001) . 'x' x 100) . record(4, ''),
	$begin . record(4, pack('C', 0x80)) . record(4, ''),
	$begin . record(4, pack('CC', 5, 5) . 'abc') . record(4, ''),
	$begin . record(4, params(map { ("N$_" => 'v') } 1 .. 400)) . record(4, '') . record(5, ''),
	$begin . (record(4, params(BIG => 'x' x 60000)) x 3) . record(4, '') . record(5, ''),
	$begin . record(4, params(@usual), length => 60000),
	$begin . record(4, params(@usual), id => 2) . record(4, '', id => 2),
	$begin . record(4, params(@usual)) . record(4, '') . record(4, params(X => 'y')) . record(5, ''),
	$begin . record(4, params(@usual, CONTENT_LENGTH => '99999999999999999999', REQUEST_METHOD => 'POST'))
		. record(4, '') . record(5, 'short') . record(5, ''),
	$begin . record(4, params(@usual, CONTENT_LENGTH => '-1', REQUEST_METHOD => 'POST'))
		. record(4, '') . record(5, ''),
);
my ($sent, $answered, $slowest) = (0, 0, 0);
for my $i (0 .. $count - 1) {
	my $data = $i < @fixed ? $fixed[$i] : $good;
	for (1 .. ($i < @fixed ? 0 : 1 + int rand 6)) {
		my $at = int rand length $data;
		my $what = rand;
		if ($what < 0.6) { substr($data, $at, 1) = chr int rand 256 }
		elsif ($what < 0.75) { $data = substr $data, 0, $at + 1 }
		elsif ($what < 0.9) { substr($data, $at, 0) = join '', map { chr int rand 256 } 1 .. 1 + rand 20 }
		else { substr($data, $at, 4) = "\x7f\xff\xff\xff" }
	}
	# The fixed ones stay open: the worker must give up by itself.
	my ($answer, $took) = talk($path, $data, 20, $i >= @fixed);
	$sent++;
	$answered++ if defined $answer && length $answer;
	$slowest = $took if $took > $slowest;
}
printf "sent %d answered %d slowest %d\n", $sent, $answered, $slowest * 1000;
