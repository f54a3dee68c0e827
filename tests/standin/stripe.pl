#!/usr/bin/perl
# A stand-in for Stripe: its wire protocol over HTTP on loopback, for tests alone.
#
#   stripe.pl [--port N] [--secret whsec_…] [--webhook URL] [--clock FILE]
#
# Prints "port N" when it listens. Form bodies with nested names, Bearer or Basic keys, pinned
# versions, Idempotency-Key with replay and refusal, cursors, expansion, typed errors, a hosted
# page, signed webhooks. No card number is taken: cards are Stripe's own test names (pm_card_…).
# FILE is the host's clock_file: tests move the clocks of both.
#
#   POST /_control mode=… times=N match=PATH   faults, see Wire.pm
#   POST /_forget  the idempotency keys, as after a day
#   GET  /_state   objects, calls by idempotency key, for tests to compare
#   GET  /_effects charges and refunds with our ids
#   POST /_webhook url=… secret=…    POST /_deliver event=… (again)
#   POST /_refund id=… status=failed|succeeded     POST /_dispute charge=… status=…
#   POST /_charge amount=… currency=…              a charge that nobody ordered
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use FindBin;
use JSON::PP;
use lib "$FindBin::Bin";
use Wire;

my %opt = (port => 0, secret => 'whsec_test', webhook => '', clock => '');
while (@ARGV) { my $k = shift @ARGV; $k =~ s/^--//; $opt{$k} = shift @ARGV }
my $json = JSON::PP->new->canonical->utf8;
my (%object, %order, %idem, %calls, @events);
my $serial = 0;
my $wire = Wire->new(port => $opt{port}, seed => $opt{seed});

# Seconds since 1970; FILE holds the offset in µs.
sub now {
	open my $file, '<:raw', $opt{clock} or return time;
	read $file, my $bytes, 8;
	return time + int(unpack('q', $bytes) / 1000000);
}

# ---- objects -------------------------------------------------------------------------

sub T { JSON::PP::true() } sub F { JSON::PP::false() }

sub make {
	my ($kind, $prefix, %f) = @_;
	my $id = sprintf '%s_%s%06d', $prefix, 'test', ++$serial;
	my $o = { id => $id, object => $kind, created => now(), livemode => F, metadata => {}, %f };
	$object{$id} = $o;
	push @{ $order{$kind} }, $id;
	return $o;
}

sub event {
	my ($type, $o) = @_;
	my $e = { id => sprintf('evt_test%06d', ++$serial), object => 'event', api_version => '2024-06-20',
		created => now(), livemode => F, pending_webhooks => 1, type => $type,
		data => { object => shown($o) },
		request => { id => 'req_test', idempotency_key => undef } };
	push @events, $e;
	deliver($e) if $opt{webhook};
}

sub signature {
	my ($body) = @_;
	my $t = now();
	return "t=$t,v1=" . hmac_sha256_hex("$t.$body", $opt{secret});
}

sub deliver {
	my ($e) = @_;
	my $body = $json->encode($e);
	$wire->send_hook($opt{webhook}, $body, sub { 'Stripe-Signature: ' . signature($body) });
}

# ---- money ----------------------------------------------------------------------------------

my %cards = (
	pm_card_visa => [visa => '4242', undef],
	pm_card_mastercard => [mastercard => '4444', undef],
	pm_card_chargeDeclined => [visa => '0002', 'card_declined', 'generic_decline'],
	pm_card_createDisputeInquiry => [visa => '1976', undef],
	pm_card_visa_chargeDeclined => [visa => '0002', 'card_declined', 'generic_decline'],
	pm_card_visa_chargeDeclinedInsufficientFunds => [visa => '9995', 'card_declined', 'insufficient_funds'],
	pm_card_visa_chargeDeclinedLostCard => [visa => '9987', 'card_declined', 'lost_card'],
	pm_card_chargeDeclinedExpiredCard => [visa => '0069', 'expired_card', undef],
	pm_card_chargeDeclinedIncorrectCvc => [visa => '0127', 'incorrect_cvc', undef],
	pm_card_chargeDeclinedProcessingError => [visa => '0119', 'processing_error', undef],
	pm_card_authenticationRequired => [visa => '3155', undef],
	pm_card_createDispute => [visa => '0259', undef],
	pm_card_refundFail => [visa => '5126', undef],
);
$cards{tok_visa} = $cards{pm_card_visa};
$cards{tok_createDispute} = $cards{pm_card_createDispute};

sub card_of {
	my ($pm) = @_;
	my $name = $object{$pm} ? $object{$pm}{_card} : $pm;
	return ($name, $cards{ $name // '' });
}

sub balance {
	my ($type, $source, $amount, $fee, $currency) = @_;
	return make('balance_transaction', 'txn', type => $type, source => $source, amount => $amount + 0,
		fee => $fee + 0, net => $amount - $fee, currency => $currency, status => 'available',
		reporting_category => $type);
}

sub charge_make {
	my ($pi, $name, $card, %f) = @_;
	my $c = make('charge', 'ch', amount => $pi->{amount}, amount_refunded => 0, currency => $pi->{currency},
		payment_intent => $pi->{id}, paid => T, captured => T, refunded => F, disputed => F,
		status => 'succeeded', metadata => { %{ $pi->{metadata} } }, balance_transaction => undef,
		customer => $pi->{customer}, payment_method => $pi->{payment_method}, failure_code => undef,
		billing_details => { name => 'Nomsa Dlamini', email => 'nomsa@example.test' },
		payment_method_details => { type => 'card', card => { brand => $card->[0], last4 => $card->[1] } }, %f);
	$c->{_card} = $name;
	return $c;
}

sub succeed {
	my ($pi, $name, $card) = @_;
	my $fee = int(($pi->{amount} * 29 + 500) / 1000) + 30;
	my $c = charge_make($pi, $name, $card);
	$c->{balance_transaction} = balance('charge', $c->{id}, $pi->{amount}, $fee, $pi->{currency})->{id};
	@$pi{qw(status amount_received latest_charge last_payment_error next_action)} =
		('succeeded', $pi->{amount}, $c->{id}, undef, undef);
	event('charge.succeeded', $c);
	event('payment_intent.succeeded', $pi);
	dispute($c, $name ne 'pm_card_createDispute') if $name =~ /createDispute/;
	return $c;
}

sub dispute {
	my ($c, $inquiry) = @_;
	my $d = make('dispute', 'dp', amount => $c->{amount}, currency => $c->{currency}, charge => $c->{id},
		payment_intent => $c->{payment_intent}, reason => 'fraudulent',
		status => $inquiry ? 'warning_needs_response' : 'needs_response', balance_transactions => [],
		is_charge_refundable => $inquiry ? T : F);
	event('charge.dispute.created', $d);
	# An inquiry takes no money.
	return $d if $inquiry;
	my $b = balance('adjustment', $d->{id}, -$c->{amount}, 1500, $c->{currency});
	push @{ $d->{balance_transactions} }, $b;
	$c->{disputed} = T;
	event('charge.dispute.funds_withdrawn', $d);
	return $d;
}

# One attempt with a card; the error object of a declined one.
sub attempt {
	my ($pi, $pm, $confirmed) = @_;
	my ($name, $card) = card_of($pm);
	return refusal(400, 'invalid_request_error', 'resource_missing', "No such PaymentMethod: '$pm'", 'payment_method')
		unless $card;
	$pi->{payment_method} = $pm;
	if ($card->[2]) {
		my $c = charge_make($pi, $name, $card, status => 'failed', paid => F, failure_code => $card->[2]);
		my $error = { type => 'card_error', code => $card->[2], message => 'Your card was declined.',
			charge => $c->{id}, defined $card->[3] ? (decline_code => $card->[3]) : () };
		@$pi{qw(status latest_charge last_payment_error payment_method)} =
			('requires_payment_method', $c->{id}, { %$error }, undef);
		event('charge.failed', $c);
		event('payment_intent.payment_failed', $pi);
		$error->{payment_intent} = $pi;
		return [402, { error => $error }];
	}
	if ($name eq 'pm_card_authenticationRequired' && !$confirmed) {
		$pi->{status} = 'requires_action';
		$pi->{next_action} = { type => 'use_stripe_sdk' };
		event('payment_intent.requires_action', $pi);
		return undef;
	}
	succeed($pi, $name, $card);
	return undef;
}

# ---- answers ---------------------------------------------------------------------------------

sub refusal {
	my ($status, $type, $code, $message, $param) = @_;
	return [$status, { error => { type => $type, $code ? (code => $code) : (), message => $message,
		defined $param ? (param => $param) : () } }];
}
sub missing { refusal(400, 'invalid_request_error', 'parameter_missing', "Missing required param: $_[0].", $_[0]) }
sub absent { refusal(404, 'invalid_request_error', 'resource_missing', "No such $_[0]: '$_[1]'", 'id') }

sub shown {
	my ($o, @expand) = @_;
	my $copy = $json->decode($json->encode($o));
	delete $copy->{$_} for grep /^_/, keys %$copy;
	for my $path (@expand) {
		my ($first, $rest) = split /\./, $path, 2;
		my $v = $copy->{$first};
		$v = $v->{id} if ref $v eq 'HASH' && $v->{id};
		$copy->{$first} = shown($object{$v}, $rest // ()) if defined $v && !ref $v && $object{$v};
	}
	return $copy;
}

sub listed {
	my ($kind, $p, $match) = @_;
	my @all = grep { $match->($_) } map { $object{$_} } reverse @{ $order{$kind} // [] };
	my $limit = $p->{limit} // 10;
	return refusal(400, 'invalid_request_error', undef, 'Invalid limit', 'limit') if $limit !~ /^\d+$/ || $limit < 1 || $limit > 100;
	if (my $after = $p->{starting_after}) {
		my ($i) = grep { $all[$_]{id} eq $after } 0 .. $#all;
		return absent($kind, $after) unless defined $i;
		splice @all, 0, $i + 1;
	}
	my $more = @all > $limit;
	splice @all, $limit if $more;
	my @expand = map { s/^data\.//r } expansions($p);
	return [200, { object => 'list', url => "/v1/${kind}s", has_more => $more ? T : F,
		data => [map { shown($_, @expand) } @all] }];
}

sub expansions {
	my $e = $_[0]{expand} // [];
	return ref $e eq 'ARRAY' ? @$e : ref $e eq 'HASH' ? values %$e : $e;
}

sub wanted_amount {
	my ($p) = @_;
	return missing('amount') unless defined $p->{amount};
	return refusal(400, 'invalid_request_error', 'parameter_invalid_integer', 'Invalid integer', 'amount')
		if $p->{amount} !~ /^\d+$/ || $p->{amount} < 1 || $p->{amount} > 99999999;
	return undef;
}

sub intent_make {
	my ($p) = @_;
	my $bad = wanted_amount($p);
	return (undef, $bad) if $bad;
	return (undef, missing('currency')) unless $p->{currency};
	return (undef, refusal(400, 'invalid_request_error', undef, "Invalid currency: $p->{currency}", 'currency'))
		unless $p->{currency} =~ /^[a-z]{3}$/;
	my $pi = make('payment_intent', 'pi', amount => $p->{amount} + 0, amount_received => 0,
		amount_capturable => 0, currency => $p->{currency}, customer => $p->{customer},
		status => 'requires_payment_method', payment_method => undef, latest_charge => undef,
		last_payment_error => undef, next_action => undef, capture_method => 'automatic',
		confirmation_method => 'automatic', description => $p->{description},
		payment_method_types => ['card'], metadata => $p->{metadata} // {});
	$pi->{client_secret} = "$pi->{id}_secret_test";
	event('payment_intent.created', $pi);
	return ($pi, undef);
}

sub session_make {
	my ($p, $base) = @_;
	my $mode = $p->{mode} or return missing('mode');
	return missing('success_url') unless $p->{success_url};
	my ($amount, $currency) = (0, undef);
	if ($mode eq 'payment') {
		my $items = $p->{line_items} or return missing('line_items');
		my @items = ref $items eq 'HASH' ? map { $items->{$_} } sort keys %$items : @$items;
		for my $i (@items) {
			return missing('line_items[0][price_data]') unless ref $i->{price_data} eq 'HASH';
			$currency = $i->{price_data}{currency};
			return refusal(400, 'invalid_request_error', undef, "Invalid currency: $currency", 'currency')
				unless ($currency // '') =~ /^[a-z]{3}$/;
			$amount += $i->{price_data}{unit_amount} * ($i->{quantity} // 1);
		}
		return refusal(400, 'invalid_request_error', undef, 'expires_at must be between 30 minutes and 24 hours from now', 'expires_at')
			if defined $p->{expires_at} && ($p->{expires_at} < now() + 1790 || $p->{expires_at} > now() + 86460);
	}
	my $s = make('checkout.session', 'cs', mode => $mode, status => 'open', payment_status => $mode eq 'setup' ? 'no_payment_required' : 'unpaid',
		amount_total => $amount + 0, currency => $currency, payment_intent => undef, setup_intent => undef,
		client_reference_id => $p->{client_reference_id}, customer => $p->{customer},
		success_url => $p->{success_url}, cancel_url => $p->{cancel_url}, metadata => $p->{metadata} // {},
		expires_at => ($p->{expires_at} // now() + 86400) + 0);
	$s->{url} = "$base/c/pay/$s->{id}";
	$s->{_intent} = { amount => $amount, currency => $currency, customer => $p->{customer},
		metadata => $p->{payment_intent_data}{metadata} // {} };
	$s->{_setup} = $p->{setup_intent_data}{metadata} // {};
	return [200, shown($s)];
}

# The payer (or, on the hosted page, a click) tries a card.
sub session_pay {
	my ($s, $card, $confirmed) = @_;
	return if $s->{status} ne 'open' || !$cards{$card};
	if ($s->{mode} eq 'setup') {
		my $pm = method_make($card, $s->{customer});
		my $si = make('setup_intent', 'seti', status => 'succeeded', payment_method => $pm->{id},
			customer => $s->{customer}, metadata => $s->{_setup}, usage => 'off_session');
		@$s{qw(setup_intent status)} = ($si->{id}, 'complete');
		event('setup_intent.succeeded', $si);
		event('checkout.session.completed', $s);
		return;
	}
	if (!$s->{payment_intent}) {
		my ($pi) = intent_make($s->{_intent});
		$s->{payment_intent} = $pi->{id};
	}
	attempt($object{ $s->{payment_intent} }, $card, $confirmed);
	return if $object{ $s->{payment_intent} }{status} ne 'succeeded';
	@$s{qw(status payment_status)} = ('complete', 'paid');
	event('checkout.session.completed', $s);
}

sub method_make {
	my ($card, $customer) = @_;
	my $c = $cards{$card};
	my $pm = make('payment_method', 'pm', type => 'card', customer => $customer,
		card => { brand => $c->[0], last4 => $c->[1], exp_month => 12, exp_year => 2034, funding => 'credit',
			fingerprint => "fp_$c->[1]", country => 'ZA' });
	$pm->{_card} = $card;
	return $pm;
}

sub refund_make {
	my ($p) = @_;
	my $c = $object{ $p->{charge} // '' };
	$c = $object{ $object{ $p->{payment_intent} }{latest_charge} // '' } if !$c && $object{ $p->{payment_intent} // '' };
	return missing('payment_intent') unless $p->{charge} || $p->{payment_intent};
	return absent('charge', $p->{charge} // $p->{payment_intent}) unless $c && $c->{status} eq 'succeeded';
	my $amount = $p->{amount} // $c->{amount} - $c->{amount_refunded};
	return refusal(400, 'invalid_request_error', 'charge_disputed', 'This charge has been charged back.') if $c->{disputed};
	return refusal(400, 'invalid_request_error', 'charge_already_refunded', "Charge $c->{id} has already been refunded.")
		if $c->{amount_refunded} >= $c->{amount};
	return refusal(400, 'invalid_request_error', undef, 'Refund amount is greater than unrefunded amount on charge', 'amount')
		if $amount !~ /^\d+$/ || $amount < 1 || $amount > $c->{amount} - $c->{amount_refunded};
	$c->{amount_refunded} += $amount;
	$c->{refunded} = $c->{amount_refunded} == $c->{amount} ? T : F;
	my $r = make('refund', 're', amount => $amount + 0, currency => $c->{currency}, charge => $c->{id},
		payment_intent => $c->{payment_intent}, reason => $p->{reason}, status => 'succeeded',
		metadata => $p->{metadata} // {});
	$r->{balance_transaction} = balance('refund', $r->{id}, -$amount, 0, $c->{currency})->{id};
	event('refund.created', $r);
	event('charge.refunded', $c);
	return [200, shown($r)];
}

# ---- routes -------------------------------------------------------------------------------------

sub route {
	my ($method, $path, $p, $base) = @_;
	my $call = "$method $path";
	my @x = expansions($p);
	if ($call eq 'POST /v1/customers') {
		my $c = make('customer', 'cus', name => $p->{name}, email => $p->{email}, description => $p->{description}, metadata => $p->{metadata} // {});
		event('customer.created', $c);
		return [200, shown($c)];
	}
	if ($call eq 'POST /v1/payment_intents') {
		my ($pi, $bad) = intent_make($p);
		return $bad if $bad;
		my $error = $p->{confirm} && $p->{confirm} eq 'true' && $p->{payment_method} ? attempt($pi, $p->{payment_method}, 0) : undef;
		$pi->{status} = 'requires_confirmation' if !$error && $p->{payment_method} && ($p->{confirm} // '') ne 'true';
		$error->[1]{error}{payment_intent} = shown($pi) if $error && $error->[1]{error}{payment_intent};
		return $error // [200, shown($pi, @x)];
	}
	if ($path =~ m{^/v1/payment_intents/(\w+)(?:/(confirm|cancel))?$}) {
		my ($pi, $verb) = ($object{$1}, $2);
		return absent('payment_intent', $1) unless $pi && $pi->{object} eq 'payment_intent';
		if (($verb // '') eq 'confirm') {
			my $error = attempt($pi, $p->{payment_method} // $pi->{payment_method} // '', $pi->{status} eq 'requires_action');
			return $error if $error;
		} elsif (($verb // '') eq 'cancel') {
			return refusal(400, 'invalid_request_error', 'payment_intent_unexpected_state', 'You cannot cancel this PaymentIntent')
				if $pi->{status} =~ /succeeded|canceled/;
			$pi->{status} = 'canceled';
			event('payment_intent.canceled', $pi);
		}
		return [200, shown($pi, @x)];
	}
	return session_make($p, $base) if $call eq 'POST /v1/checkout/sessions';
	if ($path =~ m{^/v1/checkout/sessions/(\w+)(/expire)?$}) {
		my ($s, $expire) = ($object{$1}, $2);
		return absent('checkout.session', $1) unless $s;
		if ($expire) {
			return refusal(400, 'invalid_request_error', undef, 'Only open Checkout Sessions can be expired') if $s->{status} ne 'open';
			$s->{status} = 'expired';
			event('checkout.session.expired', $s);
		}
		return [200, shown($s, @x)];
	}
	if ($call eq 'POST /v1/charges') {
		my ($pi, $bad) = intent_make($p);
		return $bad if $bad;
		my $error = attempt($pi, $p->{source} // '', 0);
		return $error // [200, shown($object{ $pi->{latest_charge} }, @x)];
	}
	return refund_make($p) if $call eq 'POST /v1/refunds';
	if ($call eq 'POST /v1/payment_methods') {
		return method_fail() if $p->{card}{number};
		return [200, shown(method_make('pm_card_visa', undef))];
	}
	if ($method eq 'POST' && $path =~ m{^/v1/payment_methods/(\w+)/(attach|detach)$}) {
		my ($pm, $verb) = ($object{$1}, $2);
		$pm //= method_make($1, undef) if $verb eq 'attach' && $cards{$1};
		return absent('payment_method', $1) unless $pm;
		return refusal(400, 'invalid_request_error', undef, 'The payment method is not attached') if $verb eq 'detach' && !$pm->{customer};
		$pm->{customer} = $verb eq 'attach' ? $p->{customer} : undef;
		return [200, shown($pm)];
	}
	if ($method eq 'GET' && $path =~ m{^/v1/(refund|dispute|charge|payment_intent|customer|payment_method|event)s$}) {
		my $kind = $1;
		return [200, { object => 'list', has_more => F, url => '/v1/events', data => [reverse @events] }] if $kind eq 'event';
		return listed($kind, $p, sub {
			my ($o) = @_;
			for my $f (qw(payment_intent charge customer)) {
				return 0 if defined $p->{$f} && ($o->{$f} // '') ne $p->{$f};
			}
			return 1;
		});
	}
	return listed('balance_transaction', $p, sub {
		my ($from, $to) = ($p->{created}{gte} // 0, $p->{created}{lt} // 9e12);
		return $_[0]{created} >= $from && $_[0]{created} < $to;
	}) if $call eq 'GET /v1/balance_transactions';
	if ($path =~ m{^/v1/[a-z_/]+/(\w+)$} && $object{$1}) {
		my $o = $object{$1};
		if ($method eq 'POST') {
			$o->{metadata} = { %{ $o->{metadata} }, %{ $p->{metadata} // {} } };
			$o->{description} = $p->{description} if exists $p->{description};
		}
		return [200, shown($o, @x)];
	}
	return absent('object', $1) if $path =~ m{^/v1/[a-z_/]+/(\w+_\w+)$};
	return refusal(404, 'invalid_request_error', undef, "Unrecognized request URL ($method: $path).");
}

sub method_fail { refusal(402, 'card_error', 'card_declined', 'Sending card numbers directly is not allowed here.') }

# ---- for tests ------------------------------------------------------------------------------------

sub control {
	my ($path, $p) = @_;
	return [200, $wire->control($p)] if $path eq '/_control';
	if ($path eq '/_forget') { %idem = (); return [200, {}] }
	# What left this house, by our ids: tab-separated lines for tests that compare.
	if ($path eq '/_effects') {
		my @done = grep { $_->{object} =~ /^(?:charge|refund)$/ && $_->{status} eq 'succeeded' } values %object;
		return [200, { lines => [map { join "\t", $_->{object}, $_->{metadata}{ $_->{object} eq 'charge' ? 'payment' : 'refund' }
			// 'none', $_->{amount} } @done] }];
	}
	if ($path eq '/_webhook') {
		$opt{webhook} = $p->{url} if defined $p->{url};
		$opt{secret} = $p->{secret} if defined $p->{secret};
		return [200, { ok => T }];
	}
	if ($path eq '/_state') {
		return [200, { calls => \%calls, counts => { map { $_ => scalar @{ $order{$_} } } keys %order }, events => \@events,
			charged => sum(grep { $_->{object} eq 'charge' && $_->{status} eq 'succeeded' } values %object),
			refunded => sum(grep { $_->{object} eq 'refund' && $_->{status} eq 'succeeded' } values %object) }];
	}
	if ($path eq '/_pay') {
		session_pay($object{ $p->{session} }, $p->{card} // 'pm_card_visa', $p->{confirmed});
		return [200, shown($object{ $p->{session} })];
	}
	if ($path eq '/_refund') {
		my $r = $object{ $p->{id} };
		@$r{qw(status failure_reason)} = ($p->{status}, $p->{status} eq 'failed' ? 'lost_or_stolen_card' : undef);
		$object{ $r->{charge} }{amount_refunded} -= $r->{amount} if $p->{status} eq 'failed';
		event($p->{status} eq 'failed' ? 'refund.failed' : 'refund.updated', $r);
		return [200, shown($r)];
	}
	if ($path eq '/_dispute') {
		my ($d) = grep { $_->{object} eq 'dispute' && $_->{charge} eq $p->{charge} } values %object;
		$d //= dispute($object{ $p->{charge} });
		if ($p->{status}) {
			$d->{status} = $p->{status};
			if ($p->{status} eq 'won') {
				push @{ $d->{balance_transactions} }, balance('adjustment', $d->{id}, $d->{amount}, 0, $d->{currency});
				event('charge.dispute.funds_reinstated', $d);
			}
			event('charge.dispute.closed', $d);
		}
		return [200, shown($d)];
	}
	if ($path eq '/_charge') {
		my ($pi, $bad) = intent_make($p);
		return $bad if $bad;
		return [200, shown(succeed($pi, 'pm_card_visa', $cards{pm_card_visa}))];
	}
	if ($path eq '/_deliver') {
		deliver($_) for grep { $_->{id} eq $p->{event} } @events;
		return [200, { ok => T }];
	}
	return [404, { error => { message => 'no such control' } }];
}

sub sum { my $n = 0; $n += $_->{amount} for @_; return $n }

sub hosted {
	my ($method, $s, $p) = @_;
	if ($method eq 'POST') {
		session_pay($s, $p->{card} // '', $p->{confirmed});
		return [303, undef, $s->{success_url}] if $s->{status} eq 'complete';
	}
	my $pi = $object{ $s->{payment_intent} // '' };
	my $note = $pi && $pi->{last_payment_error} ? "<p role=alert>$pi->{last_payment_error}{code}</p>" : '';
	my $buttons = join '', map { "<button name=card value=$_>$_</button> " } sort grep /^pm_/, keys %cards;
	$buttons = '<input type=hidden name=confirmed value=1><button name=card value=pm_card_authenticationRequired>confirm</button>'
		if $pi && $pi->{status} eq 'requires_action';
	my $back = $s->{cancel_url} // '/';
	return [200, undef, undef, "<!doctype html><html lang=en><title>Stand-in</title><h1>Stand-in payment page</h1>$note"
		. "<p>" . ($s->{amount_total} / 100) . " " . uc($s->{currency} // '') . "</p><form method=post>$buttons</form>"
		. "<a href=\"$back\">back</a></html>"];
}

# ---- HTTP --------------------------------------------------------------------------------------------

sub answer_api {
	my ($r) = @_;
	my ($method, $path, $head) = @$r{qw(method path head)};
	my $auth = $head->{authorization} // '';
	return refusal(401, 'invalid_request_error', undef, 'You did not provide an API key.')
		unless $auth =~ /^Bearer (?:sk|rk)_test_\w+$/ || $auth =~ /^Basic \S+$/;
	my $p = Wire::form($method eq 'GET' ? $r->{query} : $r->{body});
	my $key = $method eq 'POST' ? $head->{'idempotency-key'} : undef;
	my $digest = "$path $r->{body}";
	my (%extra, $answer) = ('Stripe-Version' => $head->{'stripe-version'} // '2024-06-20',
		'Request-Id' => 'req_test' . ++$serial);
	$calls{$key}++ if defined $key;
	if (defined $key && $idem{$key}) {
		if ($idem{$key}[0] ne $digest) {
			$answer = refusal(400, 'idempotency_error', undef, 'Keys for idempotent requests can only be used with the same parameters they were first used with.');
		} else {
			$answer = $idem{$key}[1];
			$extra{'Idempotent-Replayed'} = 'true';
		}
		$extra{'Idempotency-Key'} = $key;
	} else {
		$answer = route($method, $path, $p, $r->{base});
		$answer = [$answer->[0], $json->decode($json->encode($answer->[1]))];
		if (defined $key) { $idem{$key} = [$digest, $answer]; $extra{'Idempotency-Key'} = $key }
	}
	return [@$answer[0, 1], %extra];
}

$wire->run(sub {
	my ($c, $r) = @_;
	my $form = Wire::form($r->{method} eq 'GET' ? $r->{query} : $r->{body});
	return $wire->api($c, $r, sub { answer_api($r) }, sub { refusal($_[0], 'api_error', undef, $_[1])->[1] })
		if $r->{path} =~ m{^/v1/};
	if ($r->{path} =~ m{^/c/pay/(\w+)$} && $object{$1}) {
		my $a = hosted($r->{method}, $object{$1}, Wire::form($r->{body}));
		return $a->[2] ? $wire->answer($c, 303, '', 'text/html', Location => $a->[2]) : $wire->answer($c, 200, $a->[3], 'text/html');
	}
	$wire->reply($c, @{ control($r->{path}, $form) });
});
