package Wire;
# What the stand-ins for payment providers share: HTTP on loopback for tests alone, the faults
# they are told to have, webhooks sent from a child, nested forms.
#
#   my $wire = Wire->new(port => 0);           prints "port N"
#   $wire->run(sub { my ($c, $r) = @_; … });   $r: method path query head body base
#   $wire->api($c, $r, sub { return [$status, $object, %head] });
#
# Faults (control): normal, down, slow, garbage, error, lost (does the work, then never
# answers), held (does the work and answers only when told to release), and chaos: `rate` of a
# hundred calls have one of them, until normal.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;

sub new {
	my ($class, %opt) = @_;
	$| = 1;
	$SIG{PIPE} = 'IGNORE';
	$SIG{CHLD} = 'IGNORE';
	my $self = bless { json => JSON::PP->new->canonical->utf8->allow_nonref, faults => [], held => [],
		later => [], waiting => [], chaos => 0, faulty => 0 }, $class;
	$self->{server} = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $opt{port} // 0,
		Listen => 64, ReuseAddr => 1) or die "cannot listen: $!\n";
	srand($opt{seed}) if defined $opt{seed};
	print 'port ', $self->{server}->sockport, "\n";
	return $self;
}

sub base { 'http://127.0.0.1:' . $_[0]{server}->sockport }

# ---- faults ----------------------------------------------------------------------------

sub control {
	my ($self, $p) = @_;
	my $mode = $p->{mode} // '';
	if ($mode eq 'normal') { @{ $self->{faults} } = (); $self->{chaos} = 0 }
	elsif ($mode eq 'chaos') { $self->{chaos} = $p->{rate} // 20 }
	elsif ($mode eq 'release') { $_->() for splice @{ $self->{waiting} } }
	elsif ($mode ne 'look') { push @{ $self->{faults} }, { mode => $mode, times => $p->{times} // 1, match => $p->{match} // '' } }
	return { ok => JSON::PP::true(), waiting => scalar @{ $self->{waiting} }, faulty => $self->{faulty} };
}

sub fault_for {
	my ($self, $path) = @_;
	for my $f (@{ $self->{faults} }) {
		next if $f->{match} ne '' && index($path, $f->{match}) < 0;
		next if $f->{times} < 1;
		$f->{times}--;
		return $f->{mode};
	}
	return (qw(down error garbage lost lost))[rand 5] if rand(100) < $self->{chaos};
	return '';
}

# work() does it and returns [status, object, %head]; failure(status, text): an error in the
# provider's form.
sub api {
	my ($self, $c, $r, $work, $failure, $mode) = @_;
	$mode //= $self->fault_for($r->{path});
	$self->{faulty}++ if $mode ne '';
	if ($mode eq 'down') { close $c; return }
	return $self->answer($c, 500, $self->{json}->encode($failure->(500, 'Something went wrong'))) if $mode eq 'error';
	return $self->answer($c, 200, '<html>not what you hoped for', 'text/html') if $mode eq 'garbage';
	if ($mode eq 'slow') {
		push @{ $self->{later} }, [time + 3, sub { $self->api($c, $r, $work, $failure, '') }];
		return;
	}
	my ($status, $object, %head) = @{ $work->() };
	# Encoded now: later changes are not in this answer.
	my $text = $self->{json}->encode($object);
	if ($mode eq 'lost') { push @{ $self->{held} }, $c; return }
	if ($mode eq 'held') { push @{ $self->{waiting} }, sub { $self->answer($c, $status, $text, undef, %head) }; return }
	$self->answer($c, $status, $text, undef, %head);
}

# ---- HTTP ----------------------------------------------------------------------------------

my %reason = (200 => 'OK', 303 => 'See Other', 400 => 'Bad Request', 401 => 'Unauthorized', 402 => 'Payment Required',
	404 => 'Not Found', 409 => 'Conflict', 429 => 'Too Many Requests', 500 => 'Internal Server Error');

sub answer {
	my ($self, $c, $status, $body, $type, %head) = @_;
	$type //= 'application/json';
	my $head = join '', map { "$_: $head{$_}\r\n" } sort keys %head;
	print $c "HTTP/1.1 $status " . ($reason{$status} // 'Status') . "\r\nContent-Type: $type\r\nContent-Length: "
		. length($body) . "\r\n$head" . "Connection: close\r\n\r\n$body";
	close $c;
}

sub reply { my ($self, $c, $status, $object) = @_; $self->answer($c, $status, $self->{json}->encode($object)) }

sub serve {
	my ($self, $c, $handle) = @_;
	my ($data, %head) = ('');
	while ($data !~ /\r\n\r\n/) {
		my $n = sysread $c, $data, 65536, length $data;
		return close $c unless $n;
	}
	my ($top, $body) = split /\r\n\r\n/, $data, 2;
	my ($line, @lines) = split /\r\n/, $top;
	my ($method, $target) = $line =~ /^([A-Z]+) (\S+) HTTP/ or return close $c;
	for (@lines) { $head{lc $1} = $2 if /^([^:]+):\s*(.*)$/ }
	while (length $body < ($head{'content-length'} // 0)) {
		my $n = sysread $c, $body, 65536, length $body;
		last unless $n;
	}
	my ($path, $query) = split /\?/, $target, 2;
	$handle->($c, { method => $method, path => $path, query => $query // '', head => \%head, body => $body,
		base => $self->base });
}

# Until the parent is gone.
sub run {
	my ($self, $handle) = @_;
	my $select = IO::Select->new($self->{server});
	my $parent = getppid;
	while (1) {
		for my $ready ($select->can_read(0.05)) {
			my $c = $self->{server}->accept or next;
			$c->autoflush(1);
			$self->serve($c, $handle);
		}
		@{ $self->{later} } = grep { $_->[0] > time ? 1 : ($_->[1]->(), 0) } @{ $self->{later} };
		# Held sockets go when the caller is gone.
		@{ $self->{held} } = grep { my $s = $_; IO::Select->new($s)->can_read(0) ? (close $s, 0) : 1 } @{ $self->{held} };
		exit 0 if getppid != $parent;
	}
}

# A webhook, from a child: whoever is called may call us.
sub send_hook {
	my ($self, $url, $body, $header) = @_;
	my $pid = fork;
	return if !defined $pid || $pid;
	close $self->{server};
	my ($host, $port, $path) = $url =~ m{^http://([^:/]+):(\d+)(/.*)$} or exit 1;
	for my $try (1 .. 5) {
		my $s = IO::Socket::INET->new(PeerAddr => $host, PeerPort => $port, Timeout => 5);
		if ($s) {
			print $s "POST $path HTTP/1.1\r\nHost: $host:$port\r\nContent-Type: application/json; charset=utf-8\r\n"
				. $header->() . "\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body";
			my $line = <$s> // '';
			exit 0 if $line =~ m{ 2\d\d };
		}
		select undef, undef, undef, 0.2 * $try;
	}
	exit 1;
}

# ---- forms ----------------------------------------------------------------------------------

sub decode { my $s = shift // ''; $s =~ tr/+/ /; $s =~ s/%([0-9a-fA-F]{2})/chr hex $1/ge; utf8::decode($s); return $s }

# a[b][0][c]=d as nested hashes; a[]=b as a list.
sub form {
	my %out;
	for my $pair (split /&/, $_[0] // '') {
		my ($k, $v) = map { decode($_) } split /=/, $pair, 2;
		my ($first, @rest) = ($k =~ /^([^\[]*)/, $k =~ /\[([^\]]*)\]/g);
		my $at = \$out{$first};
		for my $part (@rest) {
			if ($part eq '') { $$at = [] unless ref $$at eq 'ARRAY'; push @{$$at}, undef; $at = \$$at->[-1] }
			else { $$at = {} unless ref $$at eq 'HASH'; $at = \$$at->{$part} }
		}
		$$at = $v;
	}
	return \%out;
}

1;
