#!/usr/bin/perl
# hostile.pl ADDRESS:PORT OPENAPI ROUTES PEOPLE VALUES STRINGS SECONDS SEED
# Malformed requests of every kind, and every hostile string in every parameter of every
# route, in a random order until SECONDS are over. Prints per check
#   "kind<TAB>checked<TAB>broken", and before it "# …" lines for what is broken.
# PEOPLE: lines "learner|educator|admin<TAB>cookie<TAB>token". VALUES: what exists, so that
# the other parameters of a request are right: lines "path prefix<TAB>name<TAB>value",
# "-" for none.
use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP;
use List::Util qw(shuffle);
use Time::HiRes qw(time);

my ($place, $openapi, $routes, $people, $values, $strings, $seconds, $seed) = @ARGV;
my ($address, $port) = split /:/, $place;
srand $seed;
$SIG{PIPE} = 'IGNORE';
$| = 1;
my $json = JSON::PP->new->utf8;
my (%checked, %broken, %shown);
my ($socket, $from);

sub slurp { open my $f, '<:raw', $_[0] or die "$_[0]: $!\n"; local $/; return <$f> }

sub visible { my ($t) = @_; $t = substr($t, 0, 150); $t =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge; return $t }

sub check {
	my ($kind, $good, $what, $found) = @_;
	$checked{$kind}++;
	return if $good;
	$broken{$kind}++;
	print "# $kind: ", visible($what), ' -> ', visible($found), "\n" if ++$shown{$kind} <= 6;
}

# ---- HTTP ----

sub connected {
	$socket = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, LocalAddr => $from, Timeout => 10);
	return defined $socket;
}

sub more { return sysread $socket, $_[0], 65536, length $_[0] }

# A whole answer: { status, head, body }, or nothing.
sub read_answer {
	my ($method) = @_;
	my $data = '';
	do {
		$data =~ s/^HTTP\/1\.1 100.*?\r\n\r\n//s;
		while ($data !~ /\r\n\r\n/) { more($data) or return }
	} while ($data =~ /^HTTP\/1\.1 100/);
	my ($head, $body) = split /\r\n\r\n/, $data, 2;
	my ($status) = $head =~ m{^HTTP/1\.[01] (\d{3}) } or return;
	if ($method eq 'HEAD' || $status == 204 || $status == 304) {
		# no body
	} elsif ($head =~ /^Content-Length: *(\d+)/mi) {
		while (length $body < $1) { more($body) or return }
		return if length $body > $1;
	} elsif ($head =~ /^Transfer-Encoding: *chunked/mi) {
		while ($body !~ /(?:^|\r\n)0\r\n\r\n\z/) { more($body) or return }
		my $whole = '';
		while ($body =~ s/^([0-9a-f]+)\r\n//i) { $whole .= substr $body, 0, hex $1, ''; $body =~ s/^\r\n// }
		$body = $whole;
	} else {
		1 while more($body);
	}
	undef $socket if $head =~ /^Connection: *close/mi;
	return { status => $status, head => "$head\r\n", body => $body };
}

# Sends bytes, returns the answer; undef when there was none.
sub exchange {
	my ($bytes, $method, $fresh) = @_;
	my $answer;
	undef $socket if $fresh;
	for my $try (1, 2) {
		my $reused = defined $socket;
		$socket // connected() // return;
		return unless $socket;
		eval {
			local $SIG{ALRM} = sub { die "late\n" };
			alarm 25;
			my $at = 0;
			while ($at < length $bytes) {
				my $n = syswrite $socket, $bytes, length($bytes) - $at, $at;
				last unless $n;
				$at += $n;
			}
			$answer = read_answer($method // 'GET');
			alarm 0;
		};
		alarm 0;
		undef $socket unless $answer;
		# A kept connection may be closed by the server between two requests.
		last if $answer || !$reused;
	}
	undef $socket if $fresh;
	return $answer;
}

# ---- what every answer must be ----

sub header { my ($a, $name) = @_; return $a->{head} =~ /^\Q$name\E: *(.*?)\r$/mi ? $1 : undef }

sub judge {
	my ($what, $a, %o) = @_;
	check('answers', defined $a, $what, 'no whole answer');
	return unless $a;
	# What the web server does not speak: 501 for an encoding of transfer, 505 for HTTP/9.
	my $unspoken = $o{may_close} && $a->{status} =~ /^50[15]$/;
	check('status', $a->{status} < 500 || $unspoken, $what, $a->{status});
	check('expected', $a->{status} =~ /^(?:$o{status})$/, $what, "$a->{status}, not $o{status}") if $o{status};
	for my $name ('X-Content-Type-Options', 'Content-Security-Policy', 'Referrer-Policy', 'X-Request-Id') {
		check('headers', defined header($a, $name), $what, "$a->{status} without $name");
	}
	my $type = header($a, 'Content-Type') // '';
	my $to = header($a, 'Location');
	check('jump', !defined $to || $to =~ m{^/(?![/\\])[\x21-\x7e]*$}, $what, "to $to") if defined $to;
	check('head', $a->{head} !~ /^X-Zqx/mi && $a->{head} !~ /[^\r]\n|\r[^\n]/, $what, 'a header of its own');
	if (defined header($a, 'Content-Encoding')) {
		# asked for, not looked into
	} elsif ($type =~ /json/) {
		my $data = $a->{method_head} ? 1 : eval { length $a->{body} ? $json->decode($a->{body}) : 1 };
		check('json', defined $data, $what, substr($a->{body}, 0, 80));
		check('problem', $a->{status} < 400 || ref $data ne 'HASH' || $data->{code}, $what, 'no code')
		    unless $o{head};
	} elsif ($type =~ /html/) {
		check('html', $a->{body} !~ /<zqx/i, $what, $a->{body} =~ /(.{0,30}<zqx.{0,30})/is ? $1 : '');
		check('whole page', $a->{body} =~ m{</html>\s*$}i || $a->{body} eq '' || $a->{status} == 503, $what,
		    substr($a->{body}, -60));
	}
	check('file', $a->{body} !~ /root:[x*]?:0:0|PATH=\//, $what, 'a file of the system') if length $a->{body};
	check('template', $a->{body} !~ /78976187/, $what, 'computed') if $o{template};
	check('sql', $a->{body} !~ /syntax error|SQLSTATE|unterminated|pg_catalog|ERROR: /, $what, 'words of the database');
	check('slow', $o{seconds} < 8, $what, "$o{seconds} s") if defined $o{seconds};
}

sub person { my ($name) = @_; my %p; for (split /\n/, slurp($people)) { my @f = split /\t/; $p{ $f[0] } = [@f[1, 2]] } return $p{$name} }
my %person = map { $_ => person($_) } qw(learner educator admin);

sub request {
	my ($method, $path, $who, $type, $body, @headers) = @_;
	my @lines = ("$method $path HTTP/1.1", "Host: $place");
	push @lines, "Cookie: $person{$who}[0]", "X-CSRF: $person{$who}[1]" if $who;
	push @lines, "Content-Type: $type" if defined $type;
	push @lines, 'Content-Length: ' . length $body if defined $body;
	return join("\r\n", @lines, @headers, '', '') . ($body // '');
}

# ---- first part: what is not well formed ----

sub quote { return '"' . $_[0] . '"' }

my $part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n" .
	"\x89PNG\r\n\x1a\n0000\r\n--b--\r\n";
my $client = '4\d\d';
my @malformed;
sub add { push @malformed, [@_] }

sub json_bodies {
	my $deep = 20000;
	return (
		'', ' ', '{', '}', '[', '"', '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{'a':1}", '{a:1}', '{"a":1}x', '{"a":1}{"b":2}',
		'{"email":NaN}', '{"email":Infinity}', '{"email":-}', '{"email":01}', '{"email":+1}', '{"email":1.}',
		'{"email":.5}', '{"email":1e}', '{"email":1e999999}', '{"email":' . '9' x 5000 . '}', '{"email":"\ud800"}',
		'{"email":"\udc00\ud800"}', '{"email":"\u0000"}', '{"email":"\u12"}', '{"email":"\x"}', "{\"email\":\"\n\"}",
		"{\"email\":\"\0\"}", "{\"email\":\"\xff\"}", "{\"email\":\"\xed\xa0\x80\"}", "{\"\xc0\xaf\":1}", '{"email":"a","email":"b"}',
		'{"email":"a","password":"b","email":"c"}', '{"email":["a","b"]}', '{"email":{"a":"b"}}', '{"email":null,"password":null}',
		'{"email":true,"password":1}', 'null', 'true', '1', '"text"', '[]', '[1,2]', "\xef\xbb\xbf{\"email\":\"a\"}",
		"\xff\xfe{\0}\0", '/* */{"a":1}', "{\"a\":1}\0", '[' x $deep, '{"a":' x $deep, '[' x $deep . ']' x $deep,
		'{"a":' x 64 . '1' . '}' x 64, '{' . join(',', map { "\"k$_\":1" } 1 .. 1001) . '}', '{"' . 'k' x 70000 . '":1}',
		'{"email":"' . 'a' x 60000 . '"}', '{"__proto__":{"a":1},"constructor":1}', '{"":""}', '{"email":"a"' . ' ' x 50000 . '}',
	);
}

sub malformed_bodies {
	for my $to ([learner => '/api/v1/me/profile'], ['' => '/api/v1/signin'], [admin => '/api/v1/admin/cache']) {
		my ($who, $path) = @$to;
		add("JSON $_ to $path", request('POST', $path, $who, 'application/json', $_), status => "2..|3..|$client") for json_bodies();
	}
	for my $type ('text/plain', 'application/xml', '', 'application/json; charset=utf-16', 'application/', '/', 'x' x 3000,
		"application/json\xff", 'multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="',
		'multipart/form-data; boundary=' . 'b' x 300, 'multipart/mixed; boundary=b', 'application/x-www-form-urlencoded; charset=x',
		'multipart/form-data; boundary="b', 'multipart/form-data; boundary=b; boundary=c', 'application/json, text/html') {
		add("type $type", request('POST', '/api/v1/signin', '', $type, '{"email":"a@b.example","password":"x"}'), status => $client);
		add("type $type with a file", request('POST', '/me/avatar', 'learner', $type, $part), status => $client);
	}
	for my $body ('%', '%a', '%zz', 'a=%', 'a=%zz', 'a=%00', 'a=%ff', 'a=%c0%af', 'a=%ed%a0%80', '=', '&', '&&&=&=', 'a', 'a&a&a',
		"a=\xff", "\0=\0", '%00=1', 'a=1;b=2', 'a[]=1&a[b]=2', 'a=' . '%41' x 20000, 'n' x 5000 . '=1',
		join('&', map { "f$_=1" } 1 .. 1001), join('&', ('email=a') x 1001)) {
		add("form $body", request('POST', $_->[1], $_->[0], 'application/x-www-form-urlencoded', $body), status => "2..|3..|$client")
		    for ['', '/signin'], ['', '/api/v1/signin'], [learner => '/me/profile'];
	}
	add('1000 fields', request('POST', '/api/v1/signin', '', 'application/x-www-form-urlencoded',
		join '&', map { "f$_=1" } 1 .. 1000), status => $client);
	add('1001 fields', request('POST', '/api/v1/signin', '', 'application/x-www-form-urlencoded',
		join '&', map { "f$_=1" } 1 .. 1001), status => '400|413|422');
}

sub malformed_multipart {
	my $type = 'multipart/form-data; boundary=b';
	my @bodies = map { substr $part, 0, $_ } 0 .. length($part) - 1;
	for my $name ('a"b', "a\r\nX-Zqx: 1", "a\0.png", '../../etc/passwd', "\xff\xfe.png", 'a' x 5000, '', '%00', "\xe2\x80\xaegnp.exe") {
		(my $body = $part) =~ s/a\.png/$name/;
		push @bodies, $body;
	}
	(my $inner = $part) =~ s/--b/--c/g;
	push @bodies, "--b\r\n\r\n\r\n--b--", "--b--", "--b\r\n--b\r\n--b--\r\n", "--b" x 20000, "\r\n" x 20000, 'x' x 60000,
		"--b\r\nContent-Disposition: form-data; name=\"\"\r\n\r\nx\r\n--b--\r\n", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
		"--b\r\nContent-Disposition: attachment; name=x\r\n\r\nx\r\n--b--\r\n", "--b\r\n" . 'H' x 20000 . ": x\r\n\r\nx\r\n--b--\r\n",
		"--b\r\n" . "H: x\r\n" x 3000 . "\r\nx\r\n--b--\r\n", "--b\nContent-Disposition: form-data; name=file\n\nx\n--b--\n",
		"--b\r\nContent-Disposition: form-data; name=\"file\"; name=\"other\"\r\n\r\nx\r\n--b--\r\n",
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\nContent-Disposition: form-data; name=file\r\n\r\n$inner\r\n--b--\r\n",
		"--b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n####\r\n--b--\r\n",
		"--b\r\nContent-Disposition: form-data; name=\"f\xff\"\r\n\r\n\xff\r\n--b--\r\n", "preamble\r\n$part" . "epilogue" x 100,
		join('', map { "--b\r\nContent-Disposition: form-data; name=\"f$_\"\r\n\r\n1\r\n" } 1 .. 1001) . "--b--\r\n", $part x 50;
	add("multipart $_", request('POST', '/api/v1/me/avatar', 'learner', $type, $_), status => $client) for @bodies;
	add("multipart $_ as a page", request('POST', '/me/avatar', 'learner', $type, $_), status => "3..|$client") for (shuffle @bodies)[0 .. 30];
}

sub malformed_lines {
	for my $path ('/%', '/%0', '/%00', '/%zz', '/%ff', "/\xff", '/courses/%c0%af', '/courses/%ed%a0%80', '/courses/..', '/courses/%2e%2e/%2e%2e/x',
		'/static/..%2f..%2fhost.conf', '/static/%2e%2e/%2e%2e/key/master.key', '/static//../..//x', '/protected/x', '/_error/404.html', '/_live/x', '/.git/config',
		'/courses/%F0%9F%98%80', "/courses/\xe2\x80\xaex", '/courses/%0d%0aX-Zqx:1', '/courses/a%20b', '/courses/%3Czqx%3E', '//zqx.example/', '/\\zqx.example',
		'///', '/?', '/??', '/?&&&', '/?q=%', '/?q=%zz', '/?q=%00', '/?q=%ff', '/?' . '&' x 3000, '/courses?' . join('&', map { "q=$_" } 1 .. 1001),
		'/courses?page=1&page=2', '/courses?q[]=a', '/courses?lang=../../x', '/courses?lang=%ff', '/courses#x', '/courses;a=b', '/courses/' . 'a' x 5000,
		'/api/v1', '/api/v1/', '/api/v1//courses', '/api/v1/%2e%2e/courses', '/api/v2/courses', '/api/v1/courses/', '/media/' . 'f' x 64, '/media/..%2fx', '/mailbox/..%2f..%2fhost.conf',
		'/avatars/zzz', '/verify?token=%00', '*') {
		add("GET $path", request('GET', $path, ''), status => "2..|3..|$client", fresh => 1);
		add("GET $path as learner", request('GET', $path, 'learner'), status => "2..|3..|$client", fresh => 1);
	}
	add('9 KB address', request('GET', '/' . 'a' x 9000, ''), status => '414', fresh => 1);
	add('9 KB query', request('GET', '/courses?q=' . 'a' x 9000, ''), status => '414', fresh => 1);
	add('9 KB header', request('GET', '/', '', undef, undef, 'X-Long: ' . 'a' x 9000), status => '400', fresh => 1);
	add('5 headers of 8 KB', request('GET', '/', '', undef, undef, map { "X-$_: " . 'a' x 7900 } 1 .. 5), status => '400', fresh => 1);
	add('2 MB body', request('POST', '/api/v1/signin', '', 'application/json', '"' . 'a' x 2_000_000 . '"'), status => '413', fresh => 1);
	add('100 KB body', request('POST', '/api/v1/signin', '', 'application/json', '"' . 'a' x 100_000 . '"'), status => '413', fresh => 1);
	add('5 GB announced', "POST /api/v1/signin HTTP/1.1\r\nHost: $place\r\nContent-Length: 5368709120\r\n\r\n", status => '413', fresh => 1);
	for my $method ('get', 'FOO', 'PROPFIND', 'TRACE', 'CONNECT', 'M-SEARCH', 'G' x 2000, 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD') {
		my $wanted = $method =~ /^(OPTIONS|HEAD)$/ ? '2..' : $client;
		add("$method $_", request($method, $_, ''), status => $wanted, fresh => 1, method => $method) for '/courses', '/api/v1/courses', '/static/css/error.css';
		add("$method $_ as learner", request($method, $_, 'learner'), status => "2..|$client", fresh => 1, method => $method) for '/', '/api/v1/courses';
	}
	for my $line ("GET  /courses HTTP/1.1", "GET /courses HTTP/1.2", "GET /courses HTTP/9.9", "GET /courses HTTP/1.1 x", 'GET /courses\x00 HTTP/1.1',
		'GET http://zqx.example/courses HTTP/1.1', 'GET //zqx.example HTTP/1.1', "G\0T /courses HTTP/1.1", ' GET / HTTP/1.1', "GET\t/\tHTTP/1.1", 'PRI * HTTP/2.0') {
		add("line $line", "$line\r\nHost: $place\r\nConnection: close\r\n\r\n", fresh => 1, may_close => 1);
	}
	for my $lines ("Host: a\r\nHost: b", 'Host: ' . 'h' x 300, "Host: \xff", 'Host: ../x', 'Host: zqx.example', 'Host: a:b:c', "Host: x\r\n folded: y", "Host: x\r\nBad Header: y", "Host: x\r\n: y",
		"Host: x\r\nX: a\0b", "Host: x\r\nX_Y: a", "Host: x\r\nProxy: http://zqx", "Host: x\r\n" . "X: y\r\n" x 500 . 'Z: z') {
		add("headers $lines", "GET /courses HTTP/1.1\r\n$lines\r\nConnection: close\r\n\r\n", fresh => 1, may_close => 1);
	}
	for my $lines ('Content-Length: -1', 'Content-Length: +5', 'Content-Length: 5, 5', "Content-Length: 5\r\nContent-Length: 6", 'Content-Length: 0x5', 'Content-Length: 99999999999999999999',
		"Transfer-Encoding: chunked\r\nContent-Length: 5", 'Transfer-Encoding: gzip', 'Transfer-Encoding: chunked, identity', 'Transfer-Encoding: xchunked', 'Content-Length:', 'Expect: 200-ok') {
		add("framing $lines", "POST /api/v1/signin HTTP/1.1\r\nHost: $place\r\n$lines\r\nConnection: close\r\n\r\nzzzzz\r\n\r\n", fresh => 1, may_close => 1);
	}
	for my $chunks ("0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\n", "zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\nhelloXX0\r\n\r\n", "5;ext=\"x\"\r\nhello\r\n0\r\nX-Zqx: 1\r\n\r\n") {
		add("chunks $chunks", "POST /api/v1/signin HTTP/1.1\r\nHost: $place\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n$chunks",
			fresh => 1, may_close => 1);
	}
}

sub malformed_headers {
	for my $cookie ('', '=', ';', ';;;;', 'sid', 'sid=', 'sid=;sid=', 'sid=' . 'a' x 43, 'sid=' . 'a' x 7000, 'sid=%00', "sid=\xff\xfe", "sid=a\x01b", 'sid="a"; pre="b', 'lang=../../x', 'lang=zu-ZA; lang=en-ZA',
		'prefs=<zqx>', 'flash=%7b%7d', 'flash=good:' . 'x' x 3000, 'flash=<zqx>', "flash=\xff", 'pre=' . 'p' x 7000, join('; ', map { "c$_=1" } 1 .. 300), '__Host-sid=x; sid=y', $person{learner}[0] . '; ' . $person{admin}[0],
		'sid=' . ('\'' x 43), 'sid=../../../../etc/passwd') {
		add("cookie $cookie", "GET $_ HTTP/1.1\r\nHost: $place\r\nCookie: $cookie\r\n\r\n", status => "2..|3..|$client") for '/courses', '/home', '/api/v1/me';
	}
	for my $line ("Accept-Language: " . ',' x 3000, "Accept-Language: \xff", 'Accept-Language: zu;q=nan,*;q=9', 'Accept: <zqx>', 'Accept: application/json;q=1e9', 'If-None-Match: "', 'If-None-Match: ' . '"x",' x 500,
		'If-Modified-Since: never', 'Range: bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8', 'Range: bytes=-99999999999999999999', 'Range: x', 'User-Agent: <zqx>' . 'u' x 3000, "User-Agent: \x01\xff\e[31m", 'Referer: javascript:zqx',
		'Origin: null', 'Origin: https://zqx.example', 'Sec-Fetch-Site: cross-site', 'X-Forwarded-For: 1.2.3.4, <zqx>', 'X-Forwarded-Host: zqx.example', 'X-HTTP-Method-Override: DELETE', 'Authorization: Bearer ' . 'x' x 5000,
		'Authorization: Basic !!!', 'Authorization: Bearer', "Authorization: \xff", 'traceparent: zz', 'X-Request-Id: <zqx>', 'Upgrade: h2c', 'Accept-Encoding: ' . 'gzip,' x 500, 'Prefer: <zqx>', 'Content-Encoding: gzip') {
		add("header $line", request('GET', $_, 'learner', undef, undef, $line), status => "2..|3..|$client|416") for '/courses', '/home', '/api/v1/courses', '/static/css/error.css';
		add("header $line at POST", request('POST', '/api/v1/courses/fault-course-60/enrol', 'learner', undef, '', $line), status => "2..|3..|$client");
	}
	for my $key ('', 'x' x 129, 'x' x 128, "\xff", '<zqx>', "a'b", ' ', "a\tb") {
		add("Idempotency-Key $key", request('POST', '/api/v1/courses/fault-course-61/enrol', 'learner', undef, '', "Idempotency-Key: $key"), status => "2..|$client");
	}
	for my $token ('', 'x', 'x' x 86, "\xff" x 20, '<zqx>', 'A' x 5000) {
		add("X-CSRF $token", "POST /api/v1/me/profile HTTP/1.1\r\nHost: $place\r\nCookie: $person{learner}[0]\r\nX-CSRF: $token\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", status => '403');
	}
}

sub malformed_run {
	my ($part, $parts, $end) = @_;
	malformed_bodies();
	malformed_multipart();
	malformed_lines();
	malformed_headers();
	my $n = 0;
	for my $i (shuffle grep { $_ % $parts == $part } 0 .. $#malformed) {
		last if $end && time > $end;
		my ($what, $bytes, %o) = @{ $malformed[$i] };
		my $a = exchange($bytes, $o{method}, $o{fresh});
		$n++;
		# Bytes that are no HTTP may be answered by the end of the connection.
		next if !$a && $o{may_close};
		judge($what, $a, %o, head => ($o{method} // '') eq 'HEAD');
	}
	return $n;
}

# ---- second part: every string in every parameter of every route ----

my @values = map { [split /\t/, $_, 3] } split /\n/, slurp($values);

sub plausible {
	my ($name, $s, $path) = @_;
	return $s->{enum}[0] if $s->{enum};
	# What is deleted, or ends, is gone for the next string: those are not there.
	if ($path !~ m{/(delete|end|remove)$}) {
		for (@values) { return $_->[2] eq '-' ? '' : $_->[2] if $_->[1] eq $name && index($path, $_->[0]) == 0 }
	}
	my $type = $s->{type} // 'string';
	return plausible($name, $s->{items} // {}, $path) if $type eq 'array';
	return '{"amount":0,"currency":"ZAR"}' if $type eq 'object';
	return ($s->{minimum} // 0) > 1 ? $s->{minimum} : 1 if $type eq 'integer' || $type eq 'number';
	return 'true' if $type eq 'boolean';
	my $format = $s->{format} // '';
	return '018f0000-0000-7000-8000-000000000001' if $format eq 'uuid';
	return 'nobody@example.org' if $format eq 'email';
	return '2026-01-31' if $format eq 'date';
	return '2026-01-31T12:00:00Z' if $format eq 'date-time';
	return 'https://example.org/' if $format eq 'uri';
	return 'fault-course-1' if $name eq 'slug' || ($s->{pattern} // '') eq '^[a-z0-9-]+$';
	return 'Some text';
}

# One place of a string: [method, path, place, name, {others}, media, who]
sub places {
	my $document = $json->decode(slurp($openapi));
	my @all;
	for my $path (sort keys %{ $document->{paths} }) {
		next if $path =~ m{^/(signout|me/sessions/end-others|me/sessions/\{id\}/end)$};
		for my $method (sort keys %{ $document->{paths}{$path} }) {
			my $op = $document->{paths}{$path}{$method};
			next unless $method =~ /^(get|post|put|patch|delete)$/;
			my %in;
			for my $p (@{ $op->{parameters} // [] }) { $in{ $p->{in} }{ $p->{name} } = $p->{schema} if $p->{in} }
			for my $media (values %{ $op->{requestBody}{content} // {} }) {
				my $s = $media->{schema}{properties} // {};
				$in{body}{$_} = $s->{$_} for keys %$s;
			}
			my $upload = exists(($op->{requestBody}{content} // {})->{'multipart/form-data'});
			my $who = $path =~ m{^/admin} ? 'admin' : $path =~ m{^/teach|/public$} ? 'educator' : 'learner';
			my @media = $method eq 'get' ? ('api', 'page') : $upload ? ('multipart', 'page') : ('json', 'api', 'page');
			for my $where (sort keys %in) {
				for my $name (sort keys %{ $in{$where} }) {
					push @all, map { { method => uc $method, path => $path, where => $where, name => $name, in => \%in, media => $_, who => $who } } @media;
				}
			}
			# A parameter that nobody declared.
			push @all, map { { method => uc $method, path => $path, where => 'query', name => 'zqother', in => \%in, media => $_, who => $who } } @media;
		}
	}
	# Pages without an API.
	for my $line (split /\n/, slurp($routes)) {
		my ($method, $path) = $line =~ /^\| (GET|POST) \| `([^`]+)` \| – \|/ or next;
		$path =~ s/:([a-z]+)/{$1}/g;
		my %in = $path =~ /\{([a-z]+)\}/ ? (path => { $1 => {} }) : (query => { zqother => {} });
		my ($where) = keys %in;
		my ($name) = keys %{ $in{$where} };
		push @all, { method => $method, path => $path, where => $where, name => $name, in => \%in, media => 'page', who => 'learner' };
	}
	return @all;
}

sub percent { my ($t) = @_; $t =~ s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge; return $t }

sub json_text {
	my ($t) = @_;
	$t =~ s/([\x00-\x1f"\\])/sprintf '\\u%04x', ord $1/ge;
	return quote($t);
}

# Who saves a course says which version they saw: the present one, asked for.
sub version {
	my ($p) = @_;
	(my $path = $p->{path}) =~ s/\{([^}]+)\}/percent(plausible($1, {}, $p->{path}))/ge;
	my $a = exchange(request('GET', "/api/v1$path", $p->{who})) or return 1;
	return $a->{body} =~ /"version":(\d+)/ ? $1 : 1;
}

sub place_request {
	my ($p, $string) = @_;
	my %value;
	for my $where (keys %{ $p->{in} }) {
		for my $name (keys %{ $p->{in}{$where} }) { $value{$where}{$name} = plausible($name, $p->{in}{$where}{$name}, $p->{path}) if $where ne 'header' }
	}
	delete $value{query};
	$value{body}{version} = version($p) if ($p->{in}{body}{version}{type} // '') eq 'integer';
	$value{ $p->{where} }{ $p->{name} } = $string;
	my $path = $p->{path};
	$path =~ s/\{([^}]+)\}/percent($value{path}{$1} \/\/ 'x')/ge;
	$path = "/api/v1$path" if $p->{media} ne 'page';
	my @query = map { percent($_) . '=' . percent($value{query}{$_}) } sort keys %{ $value{query} // {} };
	$path .= '?' . join '&', @query if @query;
	return request($p->{method}, $path, $p->{who}) if $p->{method} eq 'GET';
	my %body = %{ $value{body} // {} };
	return request($p->{method}, $path, $p->{who}, 'application/json',
		'{' . join(',', map { json_text($_) . ':' . ($_ eq 'price' && $_ ne $p->{name} ? $body{$_} : json_text($body{$_})) } sort keys %body) . '}') if $p->{media} eq 'json';
	if ($p->{media} eq 'multipart') {
		my $body = join '', map {
			my $file = $_ eq 'file' ? "; filename=\"$string.zip\"\r\nContent-Type: application/zip" : '';
			"--b\r\nContent-Disposition: form-data; name=\"$_\"$file\r\n\r\n$body{$_}\r\n"
		} sort keys %body;
		return request($p->{method}, $path, $p->{who}, 'multipart/form-data; boundary=b', "$body--b--\r\n");
	}
	$body{price} = '0.00' if exists $body{price} && $p->{name} ne 'price';
	return request($p->{method}, $path, $p->{who}, 'application/x-www-form-urlencoded', join '&', map { percent($_) . '=' . percent($body{$_}) } sort keys %body);
}

sub strings {
	my @list;
	for (split /\n/, slurp($strings)) {
		next if /^#/ || !/^(\w+) (.*)$/s;
		my ($kind, $text) = ($1, $2);
		$text =~ s/\\(?:x([0-9a-f]{2})|(.))/defined $1 ? chr hex $1 : { r => "\r", n => "\n", t => "\t", e => "\e" }->{$2} \/\/ $2/gei;
		push @list, [$kind, $text];
	}
	push @list, ['odd', 'a' x 3000], ['odd', "\xf0\x9f\x98\x80" x 300], ['odd', ''], ['html', '<zqx>' x 20], ['sql', "'" x 500], ['odd', '{' x 500];
	return @list;
}

# Each place gets its first string before any gets its second: what fits into the time
# is spread over all of them. $part is one of $parts processes.
sub grid_run {
	my ($part, $parts, $end) = @_;
	my @places = places();
	my @strings = strings();
	my @turns = map { my $i = $_; [map { [$i, $_] } shuffle 0 .. $#strings] } grep { $_ % $parts == $part } 0 .. $#places;
	my ($n, %routes) = (0);
	for my $round (0 .. $#strings) {
		for my $turn (shuffle @turns) {
			return ($n, scalar(keys %routes), @places * @strings) if $end && time > $end;
			my ($p, $s) = ($places[$turn->[$round][0]], $strings[$turn->[$round][1]]);
			# A good address would move what the other requests need.
			next if $p->{name} eq 'address' && $s->[1] =~ /^[a-z0-9]+(-[a-z0-9]+)*$/;
			my $began = time;
			my $a = exchange(place_request($p, $s->[1]), 'GET');
			judge("$p->{method} $p->{path} $p->{media} $p->{name}=$s->[1]", $a, template => $s->[0] eq 'template' ? 1 : 0,
				seconds => ($s->[1] =~ /pg_sleep/ ? time - $began : undef));
			$routes{"$p->{method} $p->{path}"} = 1;
			$n++;
		}
	}
	return ($n, scalar(keys %routes), @places * @strings);
}

# Pages afterwards, with what was stored.
sub pages_run {
	my ($part, $parts) = @_;
	my $document = $json->decode(slurp($openapi));
	my @paths = grep { !/\{/ && $document->{paths}{$_}{get} } sort keys %{ $document->{paths} };
	for my $path (map { $paths[$_] } grep { $_ % $parts == $part } 0 .. $#paths) {
		for my $who (qw(learner educator admin)) {
			judge("page $path as $who", scalar exchange(request('GET', $path, $who)));
			judge("API $path as $who", scalar exchange(request('GET', "/api/v1$path", $who)));
		}
	}
}

my $parts = $seconds > 60 ? 6 : 3;
my @pids;
for my $part (0 .. $parts - 1) {
	my $pid = open my $out, '-|';
	die unless defined $pid;
	if (!$pid) {
		$from = '127.99.0.' . ($part + 1);
		srand $seed + $part;
		my $began = time;
		my $m = malformed_run($part, $parts, $seconds ? $began + $seconds * 0.45 : 0);
		my ($n, $routes, $all) = grid_run($part, $parts, $seconds ? $began + $seconds : 0);
		pages_run($part, $parts);
		print "$_\t$checked{$_}\t", $broken{$_} // 0, "\n" for sort keys %checked;
		print "sum\tmalformed\t$m\nsum\tgrid\t$n\nsum\troutes\t$routes\nof\tgrid\t$all\nof\tmalformed\t", scalar @malformed, "\n";
		exit 0;
	}
	push @pids, [$pid, $out];
}
my (%c, %b, %sum, %of);
for (@pids) {
	my $out = $_->[1];
	while (my $line = <$out>) {
		chomp $line;
		if ($line =~ /^#/) { print "$line\n" }
		elsif ($line =~ /^sum\t(\w+)\t(\d+)/) { $sum{$1} = $1 eq 'routes' ? ($2 > ($sum{$1} // 0) ? $2 : $sum{$1}) : ($sum{$1} // 0) + $2 }
		elsif ($line =~ /^of\t(\w+)\t(\d+)/) { $of{$1} = $2 }
		elsif ($line =~ /^([\w ]+)\t(\d+)\t(\d+)$/) { $c{$1} += $2; $b{$1} += $3 }
		else { print "# $line\n" }
	}
	close $out;
	print "died\t1\t1\n" if $?;
}
print "$_\t$c{$_}\t$b{$_}\n" for sort keys %c;
print "figure\t$sum{malformed} of $of{malformed} malformed requests, $sum{grid} of $of{grid} places of hostile strings, at least $sum{routes} routes\n";
