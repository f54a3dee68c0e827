#!/usr/bin/perl
# records.pl UID SOCKET COUNT SECONDS SEED: mutated FastCGI streams, as that user.
# Whole conversations with a form or a multipart body, then bytes changed, records cut,
# moved, repeated, given other lengths, ids, types, versions. The stream is ended after
# it was sent, so that the host decides at once. Prints "sent N answered N refused N".
use strict;
use warnings;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

my ($uid, $path, $count, $seconds, $seed) = @ARGV;
if ($> == 0 && $uid != 0) {
	$) = "$uid $uid";
	$( = $uid;
	($<, $>) = ($uid, $uid);
}
srand $seed;
$SIG{PIPE} = 'IGNORE';
my $end = time + $seconds;

sub record {
	my ($type, $content, %o) = @_;
	return pack('CCnnCC', $o{version} // 1, $type, $o{id} // 1, $o{length} // length $content,
		$o{padding} // 0, 0) . $content . "\0" x ($o{padding} // 0);
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

my $part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n" .
	"Content-Type: image/png\r\n\r\n\x89PNG....\r\n--b--\r\n";
my @bodies = (
	['GET', '/courses?q=a', '', ''],
	['GET', '/api/v1/courses?page=2', '', ''],
	['HEAD', '/', '', ''],
	['POST', '/signin', 'application/x-www-form-urlencoded', 'email=a%40b.c&password=x&csrf=y'],
	['POST', '/api/v1/signin', 'application/json', '{"email":"a@b.c","password":"x","n":[1,{"a":null}]}'],
	['POST', '/me/avatar', 'multipart/form-data; boundary=b', $part],
	['POST', '/api/v1/me/profile', 'application/json', '{"name":"' . 'n' x 3000 . '"}'],
);

# The records of one good conversation.
sub conversation {
	my ($method, $uri, $type, $body) = @{ $bodies[rand @bodies] };
	(my $only = $uri) =~ s/\?.*//;
	my ($query) = $uri =~ /\?(.*)/;
	my @env = (REQUEST_METHOD => $method, REQUEST_URI => $uri, DOCUMENT_URI => $only,
		QUERY_STRING => $query // '', SERVER_PROTOCOL => 'HTTP/1.1', HTTP_HOST => '127.0.0.1',
		REMOTE_ADDR => '127.0.0.1', SERVER_NAME => 'localhost', CONTENT_TYPE => $type,
		CONTENT_LENGTH => length $body, REQUEST_ID => sprintf('%032x', rand 2**31),
		HTTP_COOKIE => 'sid=' . 'a' x 43 . '; pre=b; lang=en-ZA', REQUEST_START => sprintf('%.3f', time));
	my $text = params(@env);
	my @records = record(1, pack 'nCx5', 1, 0);
	if (rand() < 0.3) {
		my $at = 1 + int rand(length($text) - 1);
		push @records, record(4, substr $text, 0, $at), record(4, substr($text, $at), padding => int rand 8);
	} else {
		push @records, record(4, $text);
	}
	push @records, record(4, '');
	push @records, record(5, $body) if length $body;
	return (@records, record(5, ''));
}

my @odd = (
	record(9, params(FCGI_MAX_CONNS => ''), id => 0), record(11, 'x' x 8, id => 0), record(2, ''),
	record(8, 'data'), record(3, "\0" x 8), record(6, 'out'), record(10, '', id => 0), record(255, 'x'),
	record(4, pack('NN', 0x7fffffff, 0x7fffffff), length => 8), record(4, 'x' x 65535),
	record(5, 'y' x 65535), record(4, pack('NN', 0xffffffff, 0xffffffff)), record(1, pack 'nCx5', 1, 1),
	record(4, params(CONTENT_LENGTH => '-1')), record(4, params(CONTENT_LENGTH => '99999999999999999999')),
	record(4, params(CONTENT_LENGTH => '10')), record(4, params(REQUEST_URI => "/%00\xff\n")),
	record(4, params('' => '')), record(4, params(REQUEST_METHOD => "GE\0T")), "\0" x 8, "\xff" x 8,
);

sub mutated {
	my @r = conversation();
	for (1 .. 1 + int rand 3) {
		my $at = int rand @r;
		# A record that was cut short has no header to change.
		my $what = length $r[$at] < 8 ? int rand 5 : int rand 12;
		if ($what == 0) { splice @r, $at, 1 }
		elsif ($what == 1) { splice @r, $at, 0, $r[rand @r] }
		elsif ($what == 2) { @r[0, $at] = @r[$at, 0] }
		elsif ($what <= 4) { splice @r, $at, 0, $odd[rand @odd] }
		elsif ($what == 5) { substr($r[$at], 0, 1) = chr int rand 256 }
		elsif ($what == 6) { substr($r[$at], 1, 1) = chr int rand 13 }
		elsif ($what == 7) { substr($r[$at], 2, 2) = pack 'n', int rand 65536 }
		elsif ($what == 8) { substr($r[$at], 4, 2) = pack 'n', rand() < 0.3 ? 0xffff : int rand 65536 }
		elsif ($what == 9) { substr($r[$at], 6, 1) = chr int rand 256 }
		elsif ($what == 10 && length $r[$at] > 9) {
			substr($r[$at], 8 + int rand(length($r[$at]) - 8), 1) = chr int rand 256 for 1 .. 1 + rand 8;
		} else { $r[$at] = substr $r[$at], 0, int rand length $r[$at] }
		last unless @r;
	}
	return join '', @r;
}

my ($sent, $answered, $refused) = (0, 0, 0);
while ($sent < $count && time < $end) {
	my $socket = IO::Socket::UNIX->new(Peer => $path);
	if (!$socket) {
		$refused++;
		select undef, undef, undef, 0.002;
		next;
	}
	my ($answer, $data) = ('', mutated());
	eval {
		local $SIG{ALRM} = sub { die "late\n" };
		alarm 10;
		syswrite $socket, $data;
		shutdown $socket, 1;
		1 while sysread $socket, $answer, 65536, length $answer;
		alarm 0;
		1;
	} or print "a stream stayed open for 10 s\n";
	alarm 0;
	$sent++;
	$answered++ if length $answer;
}
print "sent $sent answered $answered refused $refused\n";
