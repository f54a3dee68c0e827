#!/usr/bin/perl
# People who write, and remember what they were told.
#   writer.pl ADDRESS:PORT SECONDS PAUSE_MS HISTORY PEOPLE
# One process per person. Learner n enrols in and leaves the fault courses and marks
# lessons; person 0 is the administrator and sets cache entries. Each call whose
# outcome is unknown is made again with the same Idempotency-Key (enrolling) or as it
# was, like a person who clicks again.
# HISTORY, one line per attempt, written before the next begins:
#   person kind object key outcome status milliseconds
# outcome: done (2xx), refused (4xx, or 503 = nothing was done), lost (no complete
# answer, or another 5xx).
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Client;
use Time::HiRes qw(time sleep);

my ($place, $seconds, $pause, $history, $people) = @ARGV;
my $end = time + $seconds;
my %objects;

# From the test, on standard input: "learner NUMBER course|lesson PATH".
while (<STDIN>) {
	my ($who, $what, $path) = split;
	push @{ $objects{$what}{$who} }, $path;
}

my $client = Client->new($place);

my $serial = 0;

sub attempt {
	my ($out, $who, $kind, $path, $cookie, $token, $key, $body) = @_;
	my $once = $kind eq 'enrol';
	my $began = time;
	my ($status) = $client->call('POST', "/api/v1$path", $cookie, $body, "X-CSRF: $token",
		$once ? "Idempotency-Key: $key" : ());
	my $outcome = !defined $status ? 'lost' : $status < 300 ? 'done'
		: $status < 500 || $status == 503 ? 'refused' : 'lost';
	syswrite $out, join("\t", $who, $kind, $path, $key, $outcome, $status // 0,
		int((time - $began) * 1000)) . "\n";
	return $outcome;
}

# Until it is done or refused for good; gives up at the end of the run.
sub insist {
	my @call = @_;
	for (;;) {
		my $outcome = attempt(@call);
		return $outcome if $outcome eq 'done' || time > $end;
		sleep 0.1;
	}
}

sub person {
	my ($who) = @_;
	my $kind = $who ? 'learner' : 'admin';
	my $cookie = 'sid=' . substr("fault-$kind-" . ($who || 1) . 'x' x 43, 0, 43);
	$client->{from} = '127.77.' . int($who / 200) . '.' . ($who % 200 + 1);
	open my $out, '>>', $history or die;
	my $token;
	until (defined $token) {
		my (undef, $body) = $client->call('GET', '/api/v1/csrf', $cookie, '');
		($token) = ($body // '') =~ /"token":"([^"]+)"/;
		return if time > $end;
		sleep 0.1 unless defined $token;
	}
	my ($courses, $lessons) = ($objects{course}{$who} // [], $objects{lesson}{$who} // []);
	my ($course, $lesson) = (0, 0);
	while (time < $end) {
		my $key = "fault-$$-" . ++$serial;
		if (!$who) {
			insist($out, $who, 'cache', '/admin/cache', $cookie, $token, $key,
				"key=fault:$key&value=$key&ttl=3600");
		} elsif (@$lessons && $serial % 3 == 0) {
			my $what = int($lesson / @$lessons) % 2 ? 'undone' : 'done';
			insist($out, $who, $what, $lessons->[$lesson++ % @$lessons] . "/$what", $cookie, $token,
				$key, '');
		} else {
			my $what = int($course / @$courses) % 2 ? 'drop' : 'enrol';
			insist($out, $who, $what, $courses->[$course++ % @$courses] . "/$what", $cookie, $token,
				$key, '');
		}
		sleep $pause / 1000 if $pause;
	}
}

my @pids;
for my $who (0 .. $people) {
	my $pid = fork // die;
	if (!$pid) { person($who); exit 0 }
	push @pids, $pid;
}
waitpid $_, 0 for @pids;
