package Client;
# A person's connection for the fault tests: complete answers, or nothing within twelve seconds.
#
#   my $c = Client->new('127.0.0.1:8080');  $c->{from} = an address of one's own
#   my ($status, $body, $head) = $c->call(METHOD, PATH, COOKIE, BODY, HEADER…);
use strict;
use warnings;
use IO::Socket::INET;

sub new {
	my ($class, $place) = @_;
	my ($address, $port) = split /:/, $place;
	return bless { place => $place, address => $address, port => $port }, $class;
}

sub answer {
	my ($self) = @_;
	my $data = '';
	while ($data !~ /\r\n\r\n/) {
		my $n = sysread $self->{socket}, $data, 65536, length $data;
		return unless $n;
	}
	my ($head, $body) = split /\r\n\r\n/, $data, 2;
	my ($status) = $head =~ m{^HTTP/1\.[01] (\d{3})} or return;
	if ($head =~ /^Content-Length: *(\d+)/mi) {
		my $size = $1;
		while (length $body < $size) {
			my $n = sysread $self->{socket}, $body, 65536, length $body;
			return unless $n;
		}
	} elsif ($head =~ /^Transfer-Encoding: *chunked/mi) {
		while ($body !~ /(?:^|\r\n)0\r\n\r\n\z/) {
			my $n = sysread $self->{socket}, $body, 65536, length $body;
			return unless $n;
		}
		$body =~ s/(?:^|\r\n)[0-9a-f]+\r\n//gi;
	}
	undef $self->{socket} if $head =~ /^Connection: *close/mi;
	return ($status, $body, $head);
}

sub call {
	my ($self, $method, $path, $cookie, $body, @headers) = @_;
	$self->{socket} //= IO::Socket::INET->new(PeerAddr => $self->{address}, PeerPort => $self->{port},
		Timeout => 5, $self->{from} ? (LocalAddr => $self->{from}) : ());
	return unless $self->{socket};
	my $text = join "\r\n", "$method $path HTTP/1.1", "Host: $self->{place}", "Cookie: $cookie",
		'Accept: application/json', 'Content-Type: application/x-www-form-urlencoded',
		'Content-Length: ' . length $body, @headers, '', $body;
	my @got;
	eval {
		local $SIG{ALRM} = sub { die "late\n" };
		local $SIG{PIPE} = 'IGNORE';
		alarm 12;
		syswrite $self->{socket}, $text;
		@got = $self->answer;
		alarm 0;
	};
	alarm 0;
	undef $self->{socket} unless @got;
	return @got;
}

1;
