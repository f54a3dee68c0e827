#!/usr/bin/perl
# People who pay, take their money back and send it to each other, and remember what they
# were told.
#   payer.pl ADDRESS:PORT SECONDS HISTORY PEOPLE COURSES < addresses
# Standard input: the mail address of learner 1, 2 … One process per person. In turn: a deposit,
# a course bought by card, half of it refunded, money sent to the next person. The card is used on
# the page of the provider's stand-in, where payments lead. A call whose outcome is unknown is made
# again with the same key, like a person who clicks again.
# HISTORY, one line per thing that was acknowledged, written before the next begins:
#   kind id key     kind: open (a payment), paid (at the provider), refund (purchase), transfer
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Client;
use Time::HiRes qw(time sleep);

my ($place, $seconds, $history, $people, $courses) = @ARGV;
my $end = time + $seconds;
my @address = map { chomp; $_ } <STDIN>;
my ($client, $cookie, $token, $out, $serial) = (Client->new($place), undef, undef, undef, 0);

sub note { syswrite $out, join("\t", @_) . "\n" }

# Until there is an answer that says something; nothing at the end of the run.
sub insist {
	my ($path, $body, $key) = @_;
	while (time < $end) {
		my ($status, $text) = $client->call('POST', "/api/v1$path", $cookie, $body, "X-CSRF: $token",
			"Idempotency-Key: $key");
		return (eval { decode_json($text) } // {}, $status) if $status && $status < 300;
		return (undef, $status) if $status && $status < 500 && $status != 409;
		sleep 0.1;
	}
	return;
}

# The way of a payer: our page that waits, the provider's page, a click.
sub pay {
	my ($payment) = @_;
	while (time < $end) {
		my ($status, $text, $head) = $client->call('GET', "/payments/$payment/pay", $cookie, '');
		if ($status && $status == 303 && $head =~ m{^Location: http://([\d.]+:\d+)(/\S+)}mi) {
			my ($done, undef, $there) = Client->new($1)->call('POST', $2, '', 'card=pm_card_visa');
			next unless $done;
			note('paid', $payment, '') if $done == 303;
			return $done == 303;
		}
		return 0 if $status && $status == 303 && $head =~ m{^Location: /payments/[^/]+$}mi;
		sleep 0.15;
	}
	return 0;
}

sub completed {
	my ($payment) = @_;
	while (time < $end) {
		my ($status, $text) = $client->call('GET', "/api/v1/payments/$payment/return", $cookie, '');
		my ($now, $body) = $client->call('GET', "/api/v1/payments/$payment", $cookie, '');
		my $p = $body ? eval { decode_json($body) } // {} : {};
		return 1 if ($p->{status} // '') eq 'COMPLETED';
		return 0 if ($p->{status} // '') eq 'FAILED';
		sleep 0.2;
	}
	return 0;
}

sub person {
	my ($who) = @_;
	open $out, '>>', $history or die;
	$cookie = 'sid=' . substr("fault-learner-$who" . 'x' x 43, 0, 43);
	$client->{from} = '127.78.0.' . ($who % 200 + 1);
	my $course = 0;
	until (defined $token) {
		my (undef, $body) = $client->call('GET', '/api/v1/csrf', $cookie, '');
		($token) = ($body // '') =~ /"token":"([^"]+)"/;
		return if time > $end;
		sleep 0.1 unless defined $token;
	}
	for (my $turn = $who; time < $end; $turn++) {
		my $key = "money-$$-" . ++$serial;
		if ($turn % 3 == 0) {
			my ($got) = insist('/deposit', 'amount=' . (20 + $serial % 50) . '&currency=ZAR', $key) or next;
			my $payment = $got->{id} // $got->{payment} or next;
			note('open', $payment, $key);
			pay($payment);
		} elsif ($turn % 3 == 1) {
			my $to = $address[$who % @address];
			my ($got) = insist('/wallet/transfer/confirm', "receiver=$to&currency=ZAR&amount=1.00&key=$key", $key);
			note('transfer', $got->{id}, $key) if $got && $got->{id};
		} elsif ($course < $courses) {
			my ($got) = insist('/courses/money-course-' . ++$course . '/buy', 'method=provider', $key) or next;
			my ($payment, $sale) = @$got{qw(payment purchase)};
			next unless $payment;
			note('open', $payment, $key);
			next unless pay($payment) && completed($payment);
			my ($back) = insist("/purchases/$sale/refund", 'amount=5.00', "$key-back");
			note('refund', $sale, '') if $back;
		}
	}
}

my @pids;
for my $who (1 .. $people) {
	my $pid = fork // die;
	if (!$pid) { person($who); exit 0 }
	push @pids, $pid;
}
waitpid $_, 0 for @pids;
