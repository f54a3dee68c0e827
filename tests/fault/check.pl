#!/usr/bin/perl
# check.pl HISTORY: compares what writer.pl's people were told with the database.
# Standard input, from check.sql: "state<TAB>learner path<TAB>word" (what an
# enrolment or a mark is now), "times<TAB>learner path<TAB>number" (how often it
# became ACTIVE), "cache<TAB>key<TAB>1".
# Prints each acknowledged write that is not there, or that was carried out twice;
# then one line "# …" of sums.
use strict;
use warnings;

my (%is, %times, %cache);
while (<STDIN>) {
	chomp;
	my ($what, $about, $value) = split /\t/;
	if ($what eq 'state') { $is{$about} = $value }
	elsif ($what eq 'times') { $times{$about} = $value }
	elsif ($what eq 'cache') { $cache{$about} = 1 }
}
my (%told, %unsure, %acknowledged, %open, %sum, $lost, $again);
open my $in, '<', $ARGV[0] or die "no history\n";
while (<$in>) {
	chomp;
	my ($who, $kind, $path, $key, $outcome) = split /\t/;
	$sum{$outcome}++;
	if ($kind eq 'cache') {
		$told{cache}{$key} = 1 if $outcome eq 'done';
		next;
	}
	$path =~ s{/[a-z]+$}{};
	my $about = "$who $path";
	if ($outcome eq 'done') {
		$told{state}{$about} = $kind;
		delete $unsure{$about};
		$acknowledged{$about}{$key} = 1 if $kind eq 'enrol';
		delete $open{$about};
	} elsif ($outcome eq 'lost') {
		$unsure{$about} = 1;
		$open{$about} = 1 if $kind eq 'enrol';
	}
}
my %means = (enrol => 'ACTIVE', drop => 'DROPPED', done => 'DONE', undone => 'OPEN');
for my $about (sort keys %{ $told{state} // {} }) {
	next if $unsure{$about};
	my ($is, $wanted) = ($is{$about} // 'nothing', $means{ $told{state}{$about} });
	next if $is eq $wanted;
	print "$about is $is, but $wanted was acknowledged\n";
	$lost++;
}
for my $about (sort keys %acknowledged) {
	my ($is, $wanted) = ($times{$about} // 0, scalar keys %{ $acknowledged{$about} });
	next if $is >= $wanted && $is <= $wanted + ($open{$about} // 0);
	print "$about became ACTIVE $is times, $wanted were acknowledged\n";
	$again++;
}
for my $key (sort keys %{ $told{cache} // {} }) {
	next if $cache{$key};
	print "cache entry $key was acknowledged and is not there\n";
	$lost++;
}
printf "# %d writes acknowledged, %d refused, %d of unknown outcome; %d objects compared, %d cache entries\n",
	map({ $sum{$_} // 0 } qw(done refused lost)), scalar keys %{ $told{state} // {} },
	scalar keys %{ $told{cache} // {} };
