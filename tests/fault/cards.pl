#!/usr/bin/perl
# cards.pl FILE-OR-FOLDER…: prints file and line of each number that could be a payment card's:
# a scheme's first digits, its length, Luhn's sum; also with blanks or hyphens in between.
use strict;
use warnings;
use File::Find;

sub luhn {
	my ($sum, $i) = (0, 0);
	for my $d (reverse split //, $_[0]) {
		$d *= 2 if $i++ % 2;
		$sum += $d > 9 ? $d - 9 : $d;
	}
	return $sum % 10 == 0;
}

sub card {
	my ($n) = @_;
	return 0 unless $n =~ /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|9710\d{12})$/;
	return luhn($n);
}

find({ no_chdir => 1, wanted => sub {
	return unless -f && -s _;
	my $file = $_;
	open my $in, '<', $file or return;
	while (my $line = <$in>) {
		while ($line =~ /(?<![0-9A-Za-z_.-])(\d(?:[ -]?\d){12,18})(?![0-9A-Za-z_-])/g) {
			(my $n = $1) =~ tr/ -//d;
			print "$file:$.: ", '•' x 8, substr($n, -4), "\n" if card($n);
		}
	}
} }, @ARGV);
