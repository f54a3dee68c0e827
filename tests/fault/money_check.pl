#!/usr/bin/perl
# money_check.pl HISTORY EFFECTS < what the books say: prints each broken rule. EFFECTS: what the
# provider's stand-in did, by our ids.
use strict;
use warnings;

my ($history, $effects) = @ARGV;
my (%book, %told, %there, %sum, $bad);
while (<STDIN>) {
	chomp;
	my ($kind, $id, @is) = split /\t/;
	$book{$kind}{$id} = \@is;
}
open my $in, '<', $history or die;
while (<$in>) {
	chomp;
	my ($kind, $id, $key) = split /\t/;
	$told{$kind}{ $kind eq 'transfer' ? $key : $id }++;
}
open $in, '<', $effects or die;
while (<$in>) {
	chomp;
	my ($kind, $id, $amount) = split /\t/;
	push @{ $there{$kind}{$id} }, $amount;
}
sub broken { print "@_\n"; $bad++ }

for my $id (keys %{ $told{open} }) { broken("payment $id was acknowledged and is not there") unless $book{payment}{$id} }
for my $id (keys %{ $told{paid} }) {
	my $is = $book{payment}{$id} // ['nothing'];
	broken("payment $id was paid at the provider and is $is->[0]") unless $is->[0] =~ /^(?:COMPLETED|REFUNDED)$/;
}
for my $key (keys %{ $told{transfer} }) {
	broken("transfer $key was acknowledged and is there " . ($book{transfer}{$key}[0] // 0) . ' times')
		unless ($book{transfer}{$key}[0] // 0) == 1;
}
for my $id (keys %{ $told{refund} }) {
	broken("refund of $id was acknowledged, given back: " . ($book{sale}{$id}[2] // 'nothing'))
		unless ($book{sale}{$id}[2] // 0) == 500;
}
for my $id (keys %{ $there{charge} }) {
	my @c = @{ $there{charge}{$id} };
	my $is = $book{payment}{$id} // ['nothing', 0, 0];
	broken("payment $id was charged " . @c . ' times') if @c > 1;
	broken("payment $id was charged $c[0] and is $is->[0] of $is->[1]")
		unless $is->[0] =~ /^(?:COMPLETED|REFUNDED)$/ && $is->[1] == $c[0];
}
for my $id (keys %{ $there{refund} }) {
	my @r = @{ $there{refund}{$id} };
	my $is = $book{refund}{$id} // ['nothing', 0];
	broken("refund $id was made " . @r . ' times') if @r > 1;
	broken("refund $id: $r[0] there, $is->[0] $is->[1] here") unless $is->[0] eq 'SUCCEEDED' && $is->[1] == $r[0];
}
for my $id (keys %{ $book{payment} }) {
	my $is = $book{payment}{$id};
	broken("payment $id is $is->[0] and was never charged") if $is->[0] =~ /^(?:COMPLETED|REFUNDED)$/ && !$there{charge}{$id};
}
for my $id (keys %{ $book{refund} }) {
	broken("refund $id is SUCCEEDED and was never made") if $book{refund}{$id}[0] eq 'SUCCEEDED' && !$there{refund}{$id};
}
printf "# %d payments acknowledged, %d paid, %d refunds, %d transfers; %d charges and %d refunds at the provider\n",
	map({ scalar keys %{ $told{$_} // {} } } qw(open paid refund transfer)), map { scalar keys %{ $there{$_} // {} } } qw(charge refund);
exit($bad ? 1 : 0);
