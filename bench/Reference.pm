# The reference of the benchmarks: pgbench sends what a page sends, in the same
# order, in one pipeline, and nothing else. It is only worth something when the
# server does the same work for both, so that is checked, not believed:
#
#   plans     auto_explain writes the plan of each statement, once for the page
#             and once for pgbench: they are equal but for the numbers of the
#             parameters (pgbench counts each mention of one)
#   buffers   pg_stat_statements: buffers hit per page differ by 10 % at most
#   CPU       of PostgreSQL per page, medians of the table: by 10 % at most
#
# A parameter that is NULL must be a parameter: as a word in the text it lets
# the planner leave out whole branches and guess the rest anew, which once made
# the reference three times as expensive as the page. pgbench sends NULL for a
# variable that nobody has set.
package Reference;
use strict;
use warnings;
use JSON::PP;
use Time::HiRes qw(sleep);

our $SETTINGS = '-c plan_cache_mode=force_generic_plan -c search_path= -c default_transaction_read_only=on'
    . ' -c client_min_messages=warning';

# new(psql => sub { SQL → text }, fetch => sub { requests the page once },
#     log => the server's log, script => file to write, command => [pgbench …])
sub new { my ($class, %self) = @_; return bless {%self}, $class }

# The role's sessions begin anew, so that settings of the role count.
sub reconnect {
	my ($self) = @_;
	$self->{psql}->("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'db_web'");
	$self->{fetch}->() for 1 .. 40;
}

sub log_since {
	my ($self, $start) = @_;
	sleep 0.3;
	open my $f, '<', $self->{log} or die "bench: $self->{log}: $!\n";
	seek $f, $start, 0;
	local $/;
	return scalar <$f> // '';
}

# Statement text, values and plan of each execution in a piece of the log. The
# plan is written when the portal ends, which is after the execution.
sub executions {
	my ($text) = @_;
	my (@found, $open);
	for my $entry (split /^(?=\d{4}-\d\d-\d\d )/m, $text) {
		if ($entry =~ /LOG:  duration: [\d.]+ ms  execute ([^:]+): (.*)/s) {
			push @found, { name => $1, sql => $2 };
			$open = 1;
		} elsif ($entry =~ /LOG:  duration: [\d.]+ ms  plan:\s*(.*)/s) {
			$found[-1]{plan} = decode_json($1) if @found;
		} elsif ($open && $entry =~ /DETAIL:  parameters: (.*)/s) {
			my $list = $1;
			$found[-1]{value}{$1} = defined $2 ? $2 =~ s/''/'/gr : undef
			    while $list =~ /\$(\d+) = (?:'((?:[^']|'')*)'|NULL)/g;
			$open = 0;
		} elsif ($entry =~ /LOG:  /) {
			$open = 0;
		}
	}
	return @found;
}

# The queries of the page as PostgreSQL saw them, as a pgbench script.
sub record {
	my ($self) = @_;
	$self->{psql}->("alter role db_web set session_preload_libraries = 'auto_explain'");
	$self->{psql}->("alter role db_web set $_") for 'log_min_duration_statement = 0',
	    'auto_explain.log_min_duration = 0', "auto_explain.log_format = 'json'",
	    "auto_explain.log_timing = off";
	$self->reconnect;
	my @queries;
	for (1 .. 20) {
		my $start = -s $self->{log};
		$self->{fetch}->();
		@queries = executions($self->log_since($start));
		last if @queries && !grep { !$_->{plan} || $_->{name} =~ /db_setup|db_clock|touch|after/ } @queries;
		@queries = ();
	}
	die "bench: the page's queries were not seen in the log\n" unless @queries;
	$self->{queries} = \@queries;
	$self->write_script;
	$self->check_plans;
	$self->{psql}->("alter role db_web reset $_") for 'log_min_duration_statement',
	    'session_preload_libraries', map { "auto_explain.$_" } qw(log_min_duration log_format log_timing);
	$self->reconnect;
	return scalar @queries;
}

sub write_script {
	my ($self) = @_;
	my ($n, $text, @set) = (0, "\\startpipeline\n");
	for my $q (@{ $self->{queries} }) {
		my $sql = $q->{sql} =~ s/--[^\n]*//gr;
		$n++;
		$sql =~ s/\$(\d+)/:q${n}p$1/g;
		$sql =~ s/\s+/ /g;
		$text .= "$sql;\n";
		push @set, map { [ "q${n}p$_", $q->{value}{$_} ] } grep { defined $q->{value}{$_} }
		    sort keys %{ $q->{value} // {} };
	}
	open my $out, '>', $self->{script} or die;
	print {$out} $text, "\\endpipeline\n";
	close $out or die;
	$self->{set} = [ map { ('-D', "$_->[0]=$_->[1]") } @set ];
}

# The whole command line; PGOPTIONS must be $SETTINGS.
sub command { my ($self, @options) = @_; return (@{ $self->{command} }, '-n', '-M', 'prepared', '-f',
	$self->{script}, @{ $self->{set} }, @options) }

# A plan without what may differ: numbers of parameters.
sub plan_text {
	my ($q) = @_;
	return JSON::PP->new->canonical->pretty->encode($q->{plan}{Plan}) =~ s/\$\d+/\$/gr;
}

sub check_plans {
	my ($self) = @_;
	my $start = -s $self->{log};
	local $ENV{PGOPTIONS} = $SETTINGS;
	my @command = $self->command(qw(-c 1 -j 1 -t 1), $self->{database});
	open my $in, '-|', @command or die;
	my @output = <$in>;
	close $in or die "bench: pgbench: @output";
	my @mine = executions($self->log_since($start));
	my @page = @{ $self->{queries} };
	die sprintf "bench: the page sends %d queries, the reference %d\n", scalar @page, scalar @mine
	    unless @page == @mine;
	for my $i (0 .. $#page) {
		next if plan_text($page[$i]) eq plan_text($mine[$i]);
		die "bench: the reference has another plan of $page[$i]{name} than the page:\n",
		    plan_text($page[$i]), "\n", plan_text($mine[$i]);
	}
}

# Buffers hit by the pages that $run makes; $run returns how many they were.
sub buffers {
	my ($self, $run) = @_;
	# Connections are warm: what a first call looks up is no page's.
	$run->();
	$self->{psql}->('select ext.pg_stat_statements_reset()');
	$run->();
	my ($hits, $pages) = split /\|/, $self->{psql}->("select coalesce(sum(s.shared_blks_hit), 0),
	    max(s.calls) from ext.pg_stat_statements s join pg_roles r on r.oid = s.userid
	    where r.rolname = 'db_web' and s.query not like '%session_touch%'");
	die "bench: no statements were counted\n" unless $pages;
	return $hits / $pages;
}

# Says what is wrong, or nothing.
sub unequal {
	my ($what, $page, $mine) = @_;
	return if $page > 0 && abs($mine / $page - 1) <= 0.10;
	return sprintf 'the reference is not the page: %s per page %.3f against %.3f', $what, $mine, $page;
}

1;
