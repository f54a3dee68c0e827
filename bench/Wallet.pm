# Wallet.pm: the pages of a wallet with few and with many entries in the ledger, the
# same person's thousand among them.
package Wallet;
use strict;
use warnings;

sub new { my ($class, %self) = @_; return bless {%self}, $class }

sub cases {
	my ($self) = @_;
	my $month = $self->{psql}->("select to_char(now() - interval '40 days', 'YYYY-MM')");
	my ($y, $m) = split /-/, $month;
	return (
		[ 'wallet', '/wallet' ],
		[ 'history, first page', '/wallet/ZAR' ],
		[ 'history, middle page', '/wallet/ZAR?page=20' ],
		[ 'history, last page', '/wallet/ZAR?page=40' ],
		[ 'history, filtered', '/wallet/ZAR?direction=in&page=2' ],
		[ 'statement of a month', "/wallet/ZAR/statements/$month" ],
		[ 'a month as CSV', "/wallet/ZAR/export?from=$month-01&to=$month-28" ]);
}

# The last of twelve answers, by its line in the log.
sub trips {
	my ($self, $path) = @_;
	my $most = 0;
	for (1 .. 12) {
		my $head = `curl -s -o /dev/null -D - -H 'Cookie: $self->{cookie}' '$self->{address}$path'`;
		my ($status) = $head =~ /^HTTP\S+ (\d+)/;
		die "bench: $path answers $status\n" unless $status == 200;
		my ($rid) = $head =~ /^X-Request-Id: (\w+)/mi or die "bench: no request id\n";
		select undef, undef, undef, 0.1;
		my ($n) = `grep -h '"event":"request".*$rid' $self->{state}/log/host.log | tail -n 1` =~ /"trips":(\d+)/;
		$most = $n if defined $n && $n > $most;
	}
	return $most;
}

sub run {
	my ($self, $result, @sizes) = @_;
	my @wrong;
	for my $entries (@sizes) {
		$self->{say}->("Data: $entries entries in the ledger …");
		$self->{data}->($entries);
		my $there = $self->{psql}->('select count(*) from ledger.entry');
		for my $case ($self->cases) {
			my ($name, $path) = @$case;
			my $slice = { name => $name, paths => [$path], options => [ '-H', "Cookie: $self->{cookie}" ] };
			$self->{slice}->($slice, 4, 1);
			my @r = map { $self->{slice}->($slice, 4, $self->{seconds}) } 1 .. $self->{rounds};
			my %one = (entries => $there + 0, trips => $self->trips($path),
			    map { my $k = $_; ($k . '_ms' => $self->{median}->(map { $_->{$k} / 1000 } @r)) } qw(p50 p99));
			$result->{wallet}{$name}{$entries} = \%one;
			push @wrong, "$path makes $one{trips} round trips" if $one{trips} > 2;
		}
	}
	$self->{say}->(sprintf '%-24s %12s %10s %10s %6s', 'page, 4 clients', 'entries', 'p50 ms', 'p99 ms', 'trips');
	for my $case ($self->cases) {
		for my $entries (@sizes) {
			my $one = $result->{wallet}{ $case->[0] }{$entries};
			$self->{say}->(sprintf '%-24s %12d %10.1f %10.1f %6d', $case->[0], @$one{qw(entries p50_ms p99_ms trips)});
		}
	}
	my $broken = $self->{psql}->("select string_agg(rule || ' ' || subject || ': ' || detail, '; ') from ledger.check_new()");
	push @wrong, "broken rules after the data: $broken" if $broken ne '';
	return @wrong;
}

1;
