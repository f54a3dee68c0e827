#!/usr/bin/perl
# A stand-in for Paystack: its wire protocol over HTTP on loopback, for tests alone.
#
#   paystack.pl [--port N] [--key sk_test_…] [--webhook URL]
#
# Prints "port N" when it listens. JSON bodies, Bearer key, answers {status, message, data, meta}
# with lists in pages, references that are good once, transactions that are verified, refunds that
# are queued and processed later, disputes, a hosted page, webhooks signed with the key over the
# body. Authorizations that a payment leaves can be charged again.
#
#   POST /_control mode=… times=N match=PATH     faults, see Wire.pm
#   GET  /_state   calls by path, transactions, refunds, charged, refunded, events
#   POST /_webhook url=…
#   POST /_pay     reference=… outcome=success|failed|pending|ongoing amount=… currency=…
#   POST /_refund  id=… status=processing|processed|failed|needs-attention
#   POST /_reverse reference=… amount=… refund that was made on the provider's own pages
#   POST /_dispute reference=… id=… status=… resolution=… amount=…
#   POST /_charge  amount=… currency=…           a charge that nobody ordered
use strict;
use warnings;
use Digest::SHA qw(hmac_sha512_hex);
use FindBin;
use JSON::PP;
use POSIX qw(strftime);
use lib $FindBin::Bin;
use Wire;

my %opt = (port => 0, key => 'sk_test_paystack', webhook => '');
while (@ARGV) { my $k = shift @ARGV; $k =~ s/^--//; $opt{$k} = shift @ARGV }
my $json = JSON::PP->new->canonical->utf8;
my (%by_reference, %by_id, %authorization, @transactions, @refunds, @disputes, @events, %calls);
my $serial = 4_100_000_000;
my $wire = Wire->new(port => $opt{port}, seed => $opt{seed});

sub T { JSON::PP::true() } sub F { JSON::PP::false() }
sub when { strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime($_[0] // time)) }
sub good { my ($message, $data, $meta) = @_; return [200, { status => T, message => $message, data => $data, $meta ? (meta => $meta) : () }] }
sub bad { my ($status, $message) = @_; return [$status, { status => F, message => $message }] }

# ---- webhooks --------------------------------------------------------------------------

sub event {
	my ($type, $data) = @_;
	my $body = $json->encode({ event => $type, data => $data });
	push @events, $body;
	$wire->send_hook($opt{webhook}, $body, sub { 'x-paystack-signature: ' . hmac_sha512_hex($body, $opt{key}) })
		if $opt{webhook};
}

# ---- transactions ------------------------------------------------------------------------

sub transaction_make {
	my (%f) = @_;
	my $t = { id => ++$serial, domain => 'test', status => 'abandoned', message => undef, gateway_response =>
		'The transaction was not completed', channel => 'card', ip_address => '100.64.0.1', fees => undef, paid_at => undef,
		created_at => when(), metadata => '', authorization => {}, log => undef, plan => undef, _made => time, _refunded => 0, %f };
	$by_reference{ $t->{reference} } = $by_id{ $t->{id} } = $t;
	push @transactions, $t;
	return $t;
}

# 2.9 % and R1.00, the published price of local cards, before tax.
sub fee { int(($_[0] * 29 + 500) / 1000) + 100 }

sub shown {
	my ($o) = @_;
	return { map { $_ => $o->{$_} } grep !/^_/, keys %$o };
}

sub succeed {
	my ($t) = @_;
	my $code = sprintf 'AUTH_%08x', ++$serial;
	@$t{qw(status gateway_response fees paid_at)} = ('success', 'Approved', fee($t->{amount}), when());
	$t->{authorization} = { authorization_code => $code, last4 => '4081', exp_month => '12', exp_year => '2034',
		channel => 'card', card_type => 'visa', bank => 'TEST BANK', country_code => 'ZA', brand => 'visa', reusable => T,
		signature => 'SIG_test', account_name => undef };
	$authorization{$code} = $t->{customer}{email};
	event('charge.success', shown($t));
	return $t;
}

sub outcome {
	my ($t, $p) = @_;
	my $to = $p->{outcome} // 'success';
	return if $t->{status} eq 'success';
	# What a buyer cannot do, and an attacker would: other money than was asked for.
	$t->{amount} = $p->{amount} + 0 if $p->{amount};
	$t->{currency} = $p->{currency} if $p->{currency};
	return succeed($t) if $to eq 'success';
	$t->{status} = $to;
	$t->{gateway_response} = $p->{response} // 'Insufficient Funds' if $to eq 'failed';
}

sub initialize {
	my ($p, $base) = @_;
	return bad(400, 'Email is required') unless ($p->{email} // '') =~ /^[^@\s]+@[^@\s]+\.[a-z]+$/i;
	return bad(400, 'Invalid Amount Sent') unless ($p->{amount} // '') =~ /^[1-9]\d*$/;
	return bad(403, 'Currency not supported by merchant') if ($p->{currency} // 'ZAR') ne 'ZAR';
	my $reference = $p->{reference} // sprintf 'T%d', ++$serial;
	return bad(400, 'Duplicate Transaction Reference') if $by_reference{$reference};
	transaction_make(reference => $reference, amount => $p->{amount} + 0, requested_amount => $p->{amount} + 0,
		currency => $p->{currency} // 'ZAR', metadata => $p->{metadata} // '', _callback => $p->{callback_url},
		customer => { id => ++$serial, email => $p->{email}, first_name => undef, last_name => undef, phone => undef });
	my $code = sprintf '%015x', ++$serial;
	return good('Authorization URL created', { authorization_url => "$base/checkout/$reference", access_code => $code,
		reference => $reference });
}

sub charge_authorization {
	my ($p) = @_;
	my $owner = $authorization{ $p->{authorization_code} // '' };
	return bad(400, 'Invalid authorization code') unless $owner;
	return bad(400, 'Email does not match Authorization code. Please confirm.') if $owner ne ($p->{email} // '');
	return bad(400, 'Duplicate Transaction Reference') if $by_reference{ $p->{reference} // '' };
	my $t = transaction_make(reference => $p->{reference} // sprintf('T%d', ++$serial), amount => $p->{amount} + 0,
		requested_amount => $p->{amount} + 0, currency => $p->{currency} // 'ZAR', metadata => $p->{metadata} // '',
		customer => { id => ++$serial, email => $owner });
	return good('Charge attempted', shown(succeed($t)));
}

# ---- refunds, disputes ---------------------------------------------------------------------

sub transaction_of {
	my ($name) = @_;
	return $by_reference{$name} // $by_id{$name};
}

sub refund_add {
	my ($t, $amount, %f) = @_;
	my $r = { integration => 100, id => ++$serial, transaction => $t->{id}, dispute => undef, settlement => undef, domain =>
		'test', currency => $t->{currency}, amount => $amount + 0, status => 'pending', refunded_at => undef, refunded_by =>
		'kit@example.test', deducted_amount => $amount + 0, fully_deducted => T, createdAt => when(), _made => time, %f };
	$t->{_refunded} += $amount;
	push @refunds, $r;
	refund_event($r);
	return $r;
}

# The event names neither the refund's number nor ours.
sub refund_event {
	my ($r) = @_;
	my $t = $by_id{ $r->{transaction} };
	event("refund.$r->{status}", { status => $r->{status}, transaction_reference => $t->{reference}, refund_reference => undef,
		amount => "$r->{amount}", currency => $r->{currency}, processor => 'instant-transfer', customer => { email =>
		$t->{customer}{email} }, integration => 100, domain => 'test' });
}

sub refund_make {
	my ($p) = @_;
	my $t = transaction_of($p->{transaction} // '');
	return bad(404, 'Transaction not found') unless $t;
	return bad(400, 'Transaction has not been paid for') unless $t->{status} =~ /^(?:success|reversed)$/;
	my $amount = $p->{amount} // $t->{amount} - $t->{_refunded};
	return bad(400, 'Transaction has been fully reversed') if $t->{_refunded} >= $t->{amount};
	return bad(400, 'Refund amount cannot be more than amount available for refund') if $amount > $t->{amount} - $t->{_refunded};
	my $r = refund_add($t, $amount, merchant_note => $p->{merchant_note} // "Refund for transaction $t->{reference}",
		customer_note => $p->{customer_note} // "Refund for transaction $t->{reference}");
	return good('Refund has been queued for processing', { %{ shown($r) }, transaction => shown($t) });
}

sub refund_set {
	my ($p) = @_;
	my ($r) = grep { $_->{id} == $p->{id} } @refunds;
	my $t = $by_id{ $r->{transaction} };
	$t->{_refunded} -= $r->{amount} if $p->{status} eq 'failed' && $r->{status} ne 'failed';
	$r->{status} = $p->{status};
	$r->{refunded_at} = when() if $p->{status} eq 'processed';
	$t->{status} = 'reversed' if $p->{status} eq 'processed' && $t->{_refunded} >= $t->{amount};
	refund_event($r);
	return shown($r);
}

sub dispute_set {
	my ($p) = @_;
	my ($d) = grep { $_->{id} == ($p->{id} // 0) } @disputes;
	if (!$d) {
		my $t = transaction_of($p->{reference});
		$d = { id => ++$serial, refund_amount => undef, currency => $t->{currency}, status => 'awaiting-merchant-feedback',
			resolution => undef, domain => 'test', transaction => shown($t), transaction_reference => undef, category =>
			'fraud', message => undef, created_at => when(), resolvedAt => undef, _made => time };
		push @disputes, $d;
	}
	my $new = !defined $p->{id};
	$d->{refund_amount} = $p->{amount} + 0 if $p->{amount};
	$d->{status} = $p->{status} if $p->{status};
	@$d{qw(status resolution resolvedAt)} = ('resolved', $p->{resolution}, when()) if $p->{resolution};
	event($new ? 'charge.dispute.create' : $p->{resolution} ? 'charge.dispute.resolve' : 'charge.dispute.remind', shown($d));
	return shown($d);
}

# ---- lists -----------------------------------------------------------------------------------

sub epoch {
	my ($text) = @_;
	return unless defined $text && $text =~ /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?/;
	require Time::Local;
	return Time::Local::timegm($6 // 0, $5 // 0, $4 // 0, $3, $2 - 1, $1);
}

sub listed {
	my ($message, $p, $all) = @_;
	my ($size, $page) = ($p->{perPage} || 50, $p->{page} || 1);
	my ($from, $to) = (epoch($p->{from}), epoch($p->{to}));
	my @found = reverse grep { (!defined $from || $_->{_made} >= $from) && (!defined $to || $_->{_made} <= $to) } @$all;
	my $total = @found;
	my @some = splice @found, ($page - 1) * $size > $total ? $total : ($page - 1) * $size, $size;
	return good($message, [map { shown($_) } @some], { total => $total, skipped => ($page - 1) * $size, perPage => $size + 0,
		page => $page + 0, pageCount => int(($total + $size - 1) / $size) });
}

# ---- routes ------------------------------------------------------------------------------------

sub route {
	my ($r) = @_;
	my ($method, $path) = @$r{qw(method path)};
	my $call = "$method $path";
	return bad(401, 'No Authorization Header was found') unless defined $r->{head}{authorization};
	return bad(401, 'Invalid key') if $r->{head}{authorization} ne "Bearer $opt{key}";
	$calls{$path}++;
	my $p = $method eq 'GET' ? Wire::form($r->{query}) : eval { $json->decode($r->{body}) };
	return bad(400, 'Invalid JSON') unless ref $p eq 'HASH';
	return initialize($p, $r->{base}) if $call eq 'POST /transaction/initialize';
	return charge_authorization($p) if $call eq 'POST /transaction/charge_authorization';
	if ($method eq 'GET' && $path =~ m{^/transaction/verify/(.+)$}) {
		my $t = $by_reference{ Wire::decode($1) };
		return $t ? good('Verification successful', shown($t)) : bad(400, 'Transaction reference not found.');
	}
	return listed('Transactions retrieved', $p, [grep { !$p->{status} || $_->{status} eq $p->{status} } @transactions])
		if $call eq 'GET /transaction';
	return refund_make($p) if $call eq 'POST /refund';
	if ($call eq 'GET /refund') {
		my $t = $p->{transaction} ? transaction_of($p->{transaction}) : undef;
		return listed('Refunds retrieved', $p, [grep { !$t || $_->{transaction} == $t->{id} } @refunds]);
	}
	return listed('Disputes retrieved', $p, [grep { !$p->{transaction} || $_->{transaction}{id} == $p->{transaction} } @disputes])
		if $call eq 'GET /dispute';
	return bad(404, 'Cannot ' . $call);
}

sub sum { my $n = 0; $n += $_->{amount} for @_; return $n }

sub control {
	my ($path, $p) = @_;
	return $wire->control($p) if $path eq '/_control';
	if ($path eq '/_state') {
		return { calls => \%calls, transactions => [map { shown($_) } @transactions], refunds => [map { shown($_) } @refunds],
			disputes => [map { shown($_) } @disputes], events => \@events,
			charged => sum(grep { $_->{status} =~ /^(?:success|reversed)$/ } @transactions),
			refunded => sum(grep { $_->{status} ne 'failed' } @refunds) };
	}
	if ($path eq '/_webhook') { $opt{webhook} = $p->{url}; return {} }
	if ($path eq '/_pay') { outcome($by_reference{ $p->{reference} }, $p); return shown($by_reference{ $p->{reference} }) }
	return refund_set($p) if $path eq '/_refund';
	return refund_add(transaction_of($p->{reference}), $p->{amount}, merchant_note => 'by hand', status => 'processed') if $path eq '/_reverse';
	return dispute_set($p) if $path eq '/_dispute';
	return shown(succeed(transaction_make(reference => 'T' . ++$serial, amount => $p->{amount} + 0, requested_amount =>
		$p->{amount} + 0, currency => $p->{currency} // 'ZAR', customer => { email => 'somebody@example.test' })))
		if $path eq '/_charge';
	return { error => 'no such control' };
}

# The page that the payer is sent to.
sub hosted {
	my ($c, $r, $t) = @_;
	outcome($t, Wire::form($r->{body})) if $r->{method} eq 'POST';
	return $wire->answer($c, 303, '', 'text/html', Location => "$t->{_callback}?trxref=$t->{reference}&reference=$t->{reference}")
		if $t->{status} eq 'success';
	my $note = $t->{status} eq 'failed' ? "<p role=alert>$t->{gateway_response}</p>" : '';
	return $wire->answer($c, 200, "<!doctype html><html lang=en><title>Stand-in</title><h1>Stand-in payment page</h1>$note<p>"
		. $t->{amount} / 100 . " $t->{currency}</p><form method=post><button name=outcome value=success>success</button> "
		. '<button name=outcome value=failed>failed</button></form></html>', 'text/html');
}

$wire->run(sub {
	my ($c, $r) = @_;
	return hosted($c, $r, $by_reference{$1}) if $r->{path} =~ m{^/checkout/(.+)$} && $by_reference{$1};
	return $wire->reply($c, 200, control($r->{path}, Wire::form($r->{method} eq 'GET' ? $r->{query} : $r->{body})))
		if $r->{path} =~ m{^/_};
	$wire->api($c, $r, sub { route($r) }, sub { { status => F, message => $_[1] } });
});
